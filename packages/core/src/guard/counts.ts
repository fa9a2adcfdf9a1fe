/** Unit groups: requests are spread over this many groups by a hash of the unit (user), to measure clustering. */
export const UNIT_GROUP_COUNT = 20;

/** The one scale of stored histograms: bucket `i` covers (2^(i/32), 2^((i+1)/32)] milliseconds, 2.2 % wide. */
export const HISTOGRAM_SCALE = 5;

/** A latency histogram in OpenTelemetry's exponential layout at `HISTOGRAM_SCALE`, plain data, in milliseconds. */
export type HistogramCounts = {
  /** Latencies of 0 ms (or below the smallest bucket). */
  readonly zeroCount: number;
  /** Index of the first bucket in `bucketCounts`. */
  readonly offset: number;
  readonly bucketCounts: readonly number[];
};

/** Users rather than requests: what a source that knows its users may add. */
export type UnitCounts = {
  /** Users with at least one request in the window. */
  readonly seen: number;
  /** Of those, users with at least one failure. */
  readonly failed: number;
  /** Of those, users never seen before by this source: what the share-mismatch test counts. */
  readonly firstSeen: number;
};

/** Counts of one arm from one source over one window. Plain data, merged by addition. */
export type ArmCounts = {
  readonly requests: number;
  readonly failures: number;
  readonly latency?: HistogramCounts;
  /** By unit group, `UNIT_GROUP_COUNT` long. Present only where the source knows its units. */
  readonly groups?: { readonly requests: readonly number[]; readonly failures: readonly number[] };
  readonly units?: UnitCounts;
};

/** Both arms from one source. */
export type ComparedCounts = { readonly baseline: ArmCounts; readonly candidate: ArmCounts };

/** Where counts come from. A signal names its one source, so nothing is counted twice. */
export type TelemetrySource = "spans" | "observations";

/** What arrived in one tick, by source. A source that sent nothing is absent. */
export type TickCounts = { readonly [source in TelemetrySource]?: ComparedCounts };

export const NO_COUNTS: ArmCounts = { requests: 0, failures: 0 };
