import { type ArmCounts, HISTOGRAM_SCALE, type HistogramCounts, UNIT_GROUP_COUNT } from "@steadfast/core/guard/counts";
import { LatencyHistogram, rescale } from "@steadfast/core/guard/histogram";
import type { Observation } from "./observation.ts";

/** Counts one arm from one source until they are taken. About 9 KB; counting a span allocates nothing. */
export class ArmAccumulator {
  #requests = 0;
  #failures = 0;
  #hasLatency = false;
  #hasGroups = false;
  #units: { seen: number; failed: number; firstSeen: number } | undefined;
  readonly #latency = new LatencyHistogram();
  readonly #groupRequests = new Float64Array(UNIT_GROUP_COUNT);
  readonly #groupFailures = new Float64Array(UNIT_GROUP_COUNT);

  /** @param latencyMs `NaN`: unknown; @param unitGroup 0..19, −1: unknown */
  addSpan(isFailed: boolean, latencyMs: number, unitGroup: number): void {
    this.#requests += 1;
    if (isFailed) this.#failures += 1;
    if (!Number.isNaN(latencyMs)) {
      this.#hasLatency = true;
      this.#latency.add(latencyMs);
    }
    if (unitGroup >= 0) this.#addGroup(unitGroup, 1, isFailed ? 1 : 0);
  }

  addObservation(observation: Observation): void {
    const { requests, failures, units } = observation;
    this.addCounts({
      requests,
      failures,
      ...(observation.latencyMs && { latency: toHistogram(observation.latencyMs) }),
      ...(units && { units }),
    });
    for (const each of observation.unitGroups ?? []) this.#addGroup(each.group, each.requests, each.failures);
  }

  addCounts({ requests, failures, latency, groups, units }: ArmCounts): void {
    this.#requests += requests;
    this.#failures += failures;
    if (latency) {
      this.#hasLatency = true;
      this.#latency.addCounts(latency);
    }
    if (groups) {
      for (let group = 0; group < UNIT_GROUP_COUNT; group += 1)
        this.#addGroup(group, groups.requests[group] ?? 0, groups.failures[group] ?? 0);
    }
    if (units) {
      this.#units ??= { seen: 0, failed: 0, firstSeen: 0 };
      this.#units.seen += units.seen;
      this.#units.failed += units.failed;
      this.#units.firstSeen += units.firstSeen;
    }
  }

  /** What was counted since the last `take`; `undefined` when nothing was. */
  take(): ArmCounts | undefined {
    if (this.#requests === 0 && this.#failures === 0 && !this.#units && !this.#hasLatency) return undefined;
    const counts: ArmCounts = {
      requests: this.#requests,
      failures: this.#failures,
      ...(this.#hasLatency && { latency: this.#latency.toCounts() }),
      ...(this.#hasGroups && {
        groups: { requests: Array.from(this.#groupRequests), failures: Array.from(this.#groupFailures) },
      }),
      ...(this.#units && { units: this.#units }),
    };
    this.#clear();
    return counts;
  }

  #addGroup(group: number, requests: number, failures: number): void {
    this.#hasGroups = true;
    this.#groupRequests[group] = (this.#groupRequests[group] ?? 0) + requests;
    this.#groupFailures[group] = (this.#groupFailures[group] ?? 0) + failures;
  }

  #clear(): void {
    this.#requests = 0;
    this.#failures = 0;
    this.#hasLatency = false;
    this.#units = undefined;
    this.#latency.clear();
    if (!this.#hasGroups) return;
    this.#hasGroups = false;
    this.#groupRequests.fill(0);
    this.#groupFailures.fill(0);
  }
}

function toHistogram(told: NonNullable<Observation["latencyMs"]>): HistogramCounts {
  const { scale, zeroCount, offset, bucketCounts } = told;
  return scale === HISTOGRAM_SCALE
    ? { zeroCount, offset, bucketCounts }
    : rescale(scale, zeroCount, offset, bucketCounts);
}
