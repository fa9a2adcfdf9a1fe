import type { SizeAgainstTime } from "./bottleneck-report.ts";
import { distributionOf } from "./distribution.ts";
import type { MeasuredChange } from "./report.ts";

/** Upper ends, each about three times the one before: sizes spread over orders of magnitude. */
const LINES_MAX = [10, 30, 100, 300, 1_000, null] as const;

/**
 * How long shipped pull requests of each size were open. Coding comes before, and queue and rollout after: what those take is not decided by the size of the request.
 *
 * Pure. O(n log n).
 */
export function sizeAgainstTimeOf(changes: readonly MeasuredChange[]): SizeAgainstTime {
  const requests = changes.filter(({ unit }) => unit === "pull request");
  const sized = requests.flatMap((change) => {
    const ms = openMsOf(change);
    return change.linesChanged === null || ms === null ? [] : [{ lines: change.linesChanged, ms }];
  });
  const bins = LINES_MAX.map((linesMax, index) => {
    const linesMin = index === 0 ? 0 : (LINES_MAX[index - 1] ?? 0) + 1;
    const inside = sized.filter(({ lines }) => lines >= linesMin && (linesMax === null || lines <= linesMax));
    return { linesMin, linesMax, ms: distributionOf(inside.map(({ ms }) => ms)) };
  });
  return { n: sized.length, left: requests.length - sized.length, bins };
}

/** From opened (or made ready) to merged; `null` where its dates run backwards. */
function openMsOf({ stagesMs: { pickup, review, merge } }: MeasuredChange): number | null {
  return pickup === undefined || review === undefined || merge === undefined ? null : pickup + review + merge;
}
