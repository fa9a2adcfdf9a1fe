import type { About, InstanceList, TelemetrySummary } from "../api/types.ts";
import { countOf, formatBytes, formatCount, formatDuration, formatMilliseconds } from "../ui/format.ts";

export type Tone = "good" | "warn" | "bad" | "idle";

/** One part of the control plane in a few words. */
export type Reading = { readonly tone: Tone; readonly headline: string; readonly detail: string };

/** A service that serves anybody sends something within this. */
const HEARD_SECONDS = 60;

/** What was not counted is told for this long. */
const TOLD_FOR_SECONDS = 15 * 60;

/** A few spans come too late at every start of a rollout; more than this part of all is worth a look. */
const LOST_TOLERATED = 0.01;

/** An SDK hears of a change within a second; one that is behind for longer does not hear. */
export const BEHIND_TOLERATED_MS = 15_000;

/** What arrives. @param isNeeded whether a rollout is in flight, which cannot be judged without it */
export function readTelemetry({ items, services, dropped }: TelemetrySummary, isNeeded: boolean): Reading {
  const lost = dropped.reduce((sum, { count }) => sum + count, 0);
  const lastSecondsAgo = Math.min(
    ...services.map((service) => service.lastSecondsAgo),
    ...items.map((item) => item.lastSecondsAgo),
  );
  const lostText = lost > 0 ? `${formatCount(lost)} not counted` : "";
  if (lastSecondsAgo === Number.POSITIVE_INFINITY) {
    return {
      tone: isNeeded || lost > 0 ? "warn" : "idle",
      headline: lost > 0 ? "Nothing counted" : "Nothing arrives",
      detail: lostText || "no service has sent any",
    };
  }
  if (lastSecondsAgo > HEARD_SECONDS) {
    return {
      tone: isNeeded ? "warn" : "idle",
      headline: `Silent for ${formatDuration(lastSecondsAgo)}`,
      detail: lostText || "nothing arrives",
    };
  }
  const perSecond = items
    .filter((item) => item.lastSecondsAgo <= HEARD_SECONDS)
    .reduce((sum, item) => sum + item.requestsPerSecond, 0);
  const heard = services.filter((service) => service.lastSecondsAgo <= HEARD_SECONDS).length;
  const counted = perSecond * TOLD_FOR_SECONDS;
  return {
    tone: lost > counted * LOST_TOLERATED ? "warn" : "good",
    headline: perSecond > 0 ? `${formatCount(Math.max(1, perSecond))} evaluations/s` : "No flag named",
    detail: [heard > 0 && countOf(heard, "service"), lostText].filter(Boolean).join(", "),
  };
}

/** Who evaluates. @param behindForMs how long the present version has been out, as far as this page knows */
export function readInstances({ summary }: InstanceList, behindForMs: number): Reading {
  const { total, upToDate, slowestLagMs } = summary;
  if (total === 0) return { tone: "idle", headline: "None connected", detail: "no SDK has said hello" };
  const behind = total - upToDate;
  const lag = slowestLagMs === null ? "no change measured yet" : `applied within ${formatMilliseconds(slowestLagMs)}`;
  if (behind === 0) {
    return {
      tone: "good",
      headline: total === 1 ? "1 up to date" : `All ${formatCount(total)} up to date`,
      detail: lag,
    };
  }
  return {
    tone: behindForMs > BEHIND_TOLERATED_MS ? "warn" : "good",
    headline: `${formatCount(upToDate)} of ${formatCount(total)} up to date`,
    detail: behindForMs > BEHIND_TOLERATED_MS ? `${formatCount(behind)} behind` : lag,
  };
}

/** The loop that judges each second, on the node that answers. */
export function readGuard({ judge }: About): Reading {
  const { isOnTime, sinceMs, tookMs, leasesHeld } = judge;
  if (!isOnTime) {
    const since = sinceMs === null ? "has not begun" : `last ${formatDuration(sinceMs / 1_000)} ago`;
    return { tone: "bad", headline: "Not on time", detail: since };
  }
  const took = tookMs === null ? "" : `takes ${formatMilliseconds(tookMs)}`;
  return {
    tone: "good",
    headline: "On time",
    detail: [`judges ${formatCount(leasesHeld)}`, took].filter(Boolean).join(", "),
  };
}

export function readServer({ version, node, store, openStreams }: About): Reading {
  const size = store.bytes === null ? "" : `, ${formatBytes(store.bytes)} stored`;
  return {
    tone: "good",
    headline: `Up ${formatDuration(node.uptimeSeconds)}`,
    detail: `${version}, ${countOf(openStreams, "stream")}${size}`,
  };
}
