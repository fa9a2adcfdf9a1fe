import { murmurHash } from "@steadfast/core/flags/murmur-hash";
import { HISTOGRAM_SCALE, UNIT_GROUP_COUNT } from "@steadfast/core/guard/counts";
import { LatencyHistogram } from "@steadfast/core/guard/histogram";
import { isReportable, type Observation } from "./observation.ts";

/** Pairs of flag and variant counted at once. Each holds a histogram of 8 KB: 8 MB at most. */
export const CELLS_MAX = 1_000;
/** A pair without requests for so many seconds gives its memory back. */
export const CELL_IDLE_SECONDS = 60;
/** Users told apart in one second of a pair. Beyond, the second goes without `units`. */
export const UNITS_PER_SECOND_MAX = 10_000;
/** Users remembered for each flag, to know who is new. Beyond, nobody counts as new. 32-bit hashes: about 2 MB a flag. */
export const UNITS_REMEMBERED_MAX = 50_000;
/** Flags whose users are remembered. Beyond, nobody counts as new. */
export const FLAGS_REMEMBERED_MAX = 50;

export type Exposure = { readonly flag: string; readonly variant: string; readonly targetingKey?: string };
export type RequestOutcome = { readonly failed: boolean; readonly latencyMs: number };

type Cell = {
  requests: number;
  failures: number;
  usedInSecond: number;
  readonly latency: LatencyHistogram;
  readonly groupRequests: number[];
  readonly groupFailures: number[];
  /** Users by hash; `true` when one of their requests failed. */
  readonly units: Map<number, boolean>;
  firstSeen: number;
};

/**
 * Counts requests of the current second by flag and variant. Targeting keys are hashed at once and never kept.
 *
 * Memory is bounded by the constants above, not by traffic.
 */
export class ObservationWindow {
  readonly #environment: string;
  readonly #cells = new Map<string, Map<string, Cell>>();
  readonly #remembered = new Map<string, Set<number>>();
  #cellCount = 0;
  #second = 0;

  constructor(environment: string) {
    this.#environment = environment;
  }

  /** The Unix second that is being counted; 0 before the first `close`. */
  get second(): number {
    return this.#second;
  }

  /** @returns false when there are too many pairs already, or the server takes no such names: the request was not counted */
  add(exposure: Exposure, outcome: RequestOutcome): boolean {
    const cell = this.#cell(exposure.flag, exposure.variant);
    if (!cell) return false;
    cell.usedInSecond = this.#second;
    cell.requests += 1;
    if (outcome.failed) cell.failures += 1;
    cell.latency.add(outcome.latencyMs);
    const { flag, targetingKey } = exposure;
    // Without types it may be `null`, for nobody, or a number: that must not break the application's answer.
    if (typeof targetingKey === "string") this.#addUnit(cell, flag, targetingKey, outcome.failed);
    return true;
  }

  /** Ends the second that is being counted, and begins `nextSecond`. */
  close(nextSecond: number): Observation[] {
    const observations: Observation[] = [];
    for (const [flag, variants] of this.#cells) {
      for (const [variant, cell] of variants) {
        if (cell.requests > 0) {
          observations.push(toObservation(this.#environment, flag, variant, this.#second, cell));
          clear(cell);
        } else if (this.#second - cell.usedInSecond >= CELL_IDLE_SECONDS) {
          variants.delete(variant);
          this.#cellCount -= 1;
        }
      }
      if (variants.size === 0) this.#cells.delete(flag);
    }
    this.#second = nextSecond;
    return observations;
  }

  #cell(flag: string, variant: string): Cell | undefined {
    const known = this.#cells.get(flag)?.get(variant);
    if (known) return known;
    if (this.#cellCount >= CELLS_MAX || !isReportable(flag, variant)) return undefined;
    const variants = this.#cells.get(flag) ?? new Map<string, Cell>();
    const cell = emptyCell(this.#second);
    this.#cells.set(flag, variants);
    variants.set(variant, cell);
    this.#cellCount += 1;
    return cell;
  }

  #addUnit(cell: Cell, flag: string, targetingKey: string, failed: boolean): void {
    const hash = murmurHash(targetingKey);
    const group = hash % UNIT_GROUP_COUNT;
    cell.groupRequests[group] = (cell.groupRequests[group] ?? 0) + 1;
    if (failed) cell.groupFailures[group] = (cell.groupFailures[group] ?? 0) + 1;
    // One above the bound marks that there were more.
    if (cell.units.size <= UNITS_PER_SECOND_MAX) cell.units.set(hash, failed || cell.units.get(hash) === true);
    if (this.#isNew(flag, hash)) cell.firstSeen += 1;
  }

  #isNew(flag: string, hash: number): boolean {
    let users = this.#remembered.get(flag);
    if (!users) {
      if (this.#remembered.size >= FLAGS_REMEMBERED_MAX) return false;
      users = new Set();
      this.#remembered.set(flag, users);
    }
    if (users.has(hash) || users.size >= UNITS_REMEMBERED_MAX) return false;
    users.add(hash);
    return true;
  }
}

function emptyCell(second: number): Cell {
  return {
    requests: 0,
    failures: 0,
    usedInSecond: second,
    latency: new LatencyHistogram(),
    groupRequests: new Array<number>(UNIT_GROUP_COUNT).fill(0),
    groupFailures: new Array<number>(UNIT_GROUP_COUNT).fill(0),
    units: new Map(),
    firstSeen: 0,
  };
}

function clear(cell: Cell): void {
  cell.requests = 0;
  cell.failures = 0;
  cell.latency.clear();
  cell.groupRequests.fill(0);
  cell.groupFailures.fill(0);
  cell.units.clear();
  cell.firstSeen = 0;
}

function toObservation(environment: string, flag: string, variant: string, second: number, cell: Cell): Observation {
  const groups = cell.groupRequests.flatMap((requests, group) =>
    requests === 0 ? [] : [{ group, requests, failures: cell.groupFailures[group] ?? 0 }],
  );
  let failed = 0;
  for (const hasFailed of cell.units.values()) if (hasFailed) failed += 1;
  return {
    environment,
    flag,
    variant,
    second,
    requests: cell.requests,
    failures: cell.failures,
    latencyMs: { scale: HISTOGRAM_SCALE, ...cell.latency.toCounts() },
    ...(groups.length > 0 ? { unitGroups: groups } : {}),
    ...(cell.units.size > 0 && cell.units.size <= UNITS_PER_SECOND_MAX
      ? { units: { seen: cell.units.size, failed, firstSeen: cell.firstSeen } }
      : {}),
  };
}
