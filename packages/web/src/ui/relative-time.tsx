import { formatExactTime, formatRelative } from "./format.ts";
import { useNowMs } from "./use-now.ts";

/** `12 s ago`; the exact time stands in the title. */
export function RelativeTime({ at }: { at: string }) {
  const nowMs = useNowMs();
  const atMs = Date.parse(at);
  return (
    <time dateTime={at} title={formatExactTime(atMs)}>
      {formatRelative(atMs, nowMs)}
    </time>
  );
}
