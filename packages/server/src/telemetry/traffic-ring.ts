import type { ArmCounts } from "@steadfast/core/guard/counts";
import { histogramTotal } from "@steadfast/core/guard/histogram";

export const TRAFFIC_MINUTES = 60;
const MINUTE_MS = 60_000;
/** It is stored every ten seconds, and sources send every five. */
const STORED_LAG_MS = 15_000;

/** Minute since the epoch, requests, failures, latencies, users. */
export type TrafficMinute = readonly [number, number, number, number, number];

/** What one arm had in the last hour, as it is stored beside its history: at most some 2 kB. */
export type StoredTraffic = {
  /** Since when the arm has been watched without a gap of an hour. */
  readonly sinceMs: number;
  readonly lastMs: number;
  readonly minutes: readonly TrafficMinute[];
};

/** Minute since the epoch, requests, failures, latencies, users. */
const FIELDS = 5;

/**
 * The last hour of one arm by the minute: enough to tell how much traffic there is, too coarse to judge by. 2.4 kB, taken when
 * the arm is opened, so that an hour of traffic needs no more memory than a minute.
 */
export class TrafficRing {
  /** A minute's place is its number modulo 60; `NaN`: none. */
  readonly #slots = new Float64Array(TRAFFIC_MINUTES * FIELDS).fill(Number.NaN);
  #sinceMs = 0;
  #lastMs: number | undefined;

  add(nowMs: number, counts: ArmCounts): void {
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (nowMs < this.#sinceMs || this.#isEmpty(nowMs, minute)) this.#sinceMs = nowMs;
    this.#lastMs = nowMs;

    const at = (minute % TRAFFIC_MINUTES) * FIELDS;
    if (this.#slots[at] !== minute) this.#slots.fill(0, at, at + FIELDS);
    const [, requests = 0, failures = 0, latencies = 0, users = 0] = this.#slots.subarray(at, at + FIELDS);
    this.#slots.set(
      [
        minute,
        requests + counts.requests,
        failures + counts.failures,
        latencies + (counts.latency ? histogramTotal(counts.latency) : 0),
        users + (counts.units?.seen ?? 0),
      ],
      at,
    );
  }

  stored(): StoredTraffic {
    const lastMs = this.#lastMs ?? 0;
    return { sinceMs: this.#sinceMs, lastMs, minutes: this.#minutesUntil(Math.floor(lastMs / MINUTE_MS)) };
  }

  /** Whether nothing is left of the hour before. */
  #isEmpty(nowMs: number, minute: number): boolean {
    if (this.#lastMs === undefined) return true;
    if (nowMs >= this.#lastMs) return Math.floor(this.#lastMs / MINUTE_MS) <= minute - TRAFFIC_MINUTES;
    // The clock was set back: what is later than now goes.
    this.#forgetAfter(minute);
    return this.#minutesUntil(minute).length === 0;
  }

  /** Oldest first. */
  #minutesUntil(last: number): TrafficMinute[] {
    const minutes: TrafficMinute[] = [];
    for (let minute = last - TRAFFIC_MINUTES + 1; minute <= last; minute += 1) {
      const at = (((minute % TRAFFIC_MINUTES) + TRAFFIC_MINUTES) % TRAFFIC_MINUTES) * FIELDS;
      const [kept, requests = 0, failures = 0, latencies = 0, users = 0] = this.#slots.subarray(at, at + FIELDS);
      if (kept === minute) minutes.push([minute, requests, failures, latencies, users]);
    }
    return minutes;
  }

  #forgetAfter(minute: number): void {
    for (let at = 0; at < this.#slots.length; at += FIELDS) {
      if ((this.#slots[at] ?? 0) > minute) this.#slots[at] = Number.NaN;
    }
  }
}

/** What several arms had together, on several nodes, in the last hour. */
export type SummedTraffic = {
  readonly requests: number;
  readonly failures: number;
  readonly latencies: number;
  readonly users: number;
  /** How long they were watched, 1..3,600. */
  readonly seconds: number;
  /** `null`: nothing came in the last hour. */
  readonly lastMs: number | null;
};

export function sumTraffic(parts: readonly StoredTraffic[], nowMs: number): SummedTraffic {
  const hourAgoMs = nowMs - TRAFFIC_MINUTES * MINUTE_MS;
  const sum = { requests: 0, failures: 0, latencies: 0, users: 0 };
  let sinceMs = nowMs;
  let lastMs: number | null = null;
  for (const part of parts) {
    if (part.lastMs <= hourAgoMs) continue;
    sinceMs = Math.min(sinceMs, part.sinceMs);
    lastMs = Math.max(lastMs ?? 0, part.lastMs);
    for (const [minute, requests, failures, latencies, users] of part.minutes) {
      // The oldest minute is cut by the hour's edge: the part of it that lies inside counts.
      const inside = Math.min(1, ((minute + 1) * MINUTE_MS - hourAgoMs) / MINUTE_MS);
      if (inside <= 0) continue;
      sum.requests += inside * requests;
      sum.failures += inside * failures;
      sum.latencies += inside * latencies;
      sum.users += inside * users;
    }
  }
  // What is stored lags behind by up to its period; counting that as silence would tell too little traffic.
  const endMs = lastMs !== null && nowMs - lastMs < STORED_LAG_MS ? lastMs : nowMs;
  return { ...sum, lastMs, seconds: Math.max(1, (endMs - Math.max(sinceMs, hourAgoMs)) / 1_000) };
}
