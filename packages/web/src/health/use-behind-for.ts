import { useState } from "react";
import type { InstanceList } from "../api/types.ts";
import { useNowMs } from "../ui/use-now.ts";

/** No version is below it. */
const NOBODY_BEHIND = -1;

/** For how long somebody has been behind the version that is current, as far as this page has looked on; 0: nobody is. */
export function useBehindForMs(instances: InstanceList | undefined): number {
  const nowMs = useNowMs();
  const isBehind = instances !== undefined && instances.summary.upToDate < instances.summary.total;
  const version = isBehind ? instances.currentVersion : NOBODY_BEHIND;
  const [since, setSince] = useState({ version, sinceMs: nowMs });
  if (since.version !== version) setSince({ version, sinceMs: nowMs });
  return isBehind && since.version === version ? Math.max(0, nowMs - since.sinceMs) : 0;
}
