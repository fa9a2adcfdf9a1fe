import { monitorEventLoopDelay } from "node:perf_hooks";
import { MetricsRegistry } from "./metrics-registry.ts";

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const LAG_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60];
const JUDGE_SECONDS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1];

export type ServerMetrics = ReturnType<typeof createServerMetrics>;

/** Everything this server measures of itself. What others keep (`telemetry.totals()`, streams) is read when asked for. */
export function createServerMetrics(build: { readonly version: string; readonly store: string }) {
  const registry = new MetricsRegistry();
  registry
    .gauge("steadfast_build_info", "Always 1; what runs, as labels.", ["version", "node", "store"])
    .set(1, { version: build.version, node: process.versions.node, store: build.store });
  readProcess(registry);
  return {
    registry,
    requestSeconds: registry.histogram(
      "steadfast_http_request_duration_seconds",
      "Time from a request's arrival to its answer; streams are not in it.",
      REQUEST_SECONDS,
      ["method", "route", "status"],
    ),
    appliedLagSeconds: registry.histogram(
      "steadfast_applied_lag_seconds",
      "Time from a change to its being applied in an SDK instance, as the instances acknowledge.",
      LAG_SECONDS,
      ["environment"],
    ),
    judgeSeconds: registry.histogram(
      "steadfast_judge_duration_seconds",
      "Time to judge one tick of one rollout.",
      JUDGE_SECONDS,
    ),
    ticksLate: registry.counter("steadfast_ticks_late_total", "Ticks judged more than a second after they were due."),
    journalEvents: registry.counter(
      "steadfast_journal_events_total",
      "Events of the journal that this node has seen, whoever appended them.",
    ),
    spans: registry.counter("steadfast_spans_total", "Spans received; only SERVER spans are counted for flags.", [
      "kind",
    ]),
    flushFailures: registry.counter(
      "steadfast_telemetry_flush_failures_total",
      "Writes of counts that failed; the counts are kept and written again.",
    ),
  };
}

/** What the rest of the server keeps itself. */
export type Readings = {
  readonly openStreams: () => number;
  readonly leasesHeld: () => number;
  /** Every reason for which a rollout may ask for a person, with how many do. */
  readonly rolloutsNeedingPerson: () => Iterable<readonly [string, number]>;
  readonly telemetry: () => {
    readonly evaluationsCounted: number;
    readonly observationsCounted: number;
    readonly armsCounted: number;
    readonly droppedByReason: ReadonlyMap<string, number>;
  };
};

/** Called once, when all of them exist. */
export function readFrom(registry: MetricsRegistry, readings: Readings): void {
  const { telemetry } = readings;
  registry.readValue("gauge", "steadfast_streams_open", "Open event streams.", readings.openStreams);
  registry.readValue("gauge", "steadfast_leases_held", "Leases that this node holds.", readings.leasesHeld);
  registry.readSeries(
    "gauge",
    "steadfast_rollouts_needing_person",
    "Rollouts judged by this node that do not go on, or are not taken back, without somebody, by why.",
    "because",
    readings.rolloutsNeedingPerson,
  );
  registry.readValue(
    "counter",
    "steadfast_evaluations_counted_total",
    "Flag evaluations counted from spans.",
    () => telemetry().evaluationsCounted,
  );
  registry.readValue(
    "counter",
    "steadfast_observations_counted_total",
    "Observations counted.",
    () => telemetry().observationsCounted,
  );
  registry.readValue(
    "gauge",
    "steadfast_arms_counted",
    "Flags' variants that are counted at present.",
    () => telemetry().armsCounted,
  );
  registry.readSeries(
    "counter",
    "steadfast_telemetry_dropped_total",
    "What arrived and was not counted, by reason.",
    "reason",
    () => telemetry().droppedByReason,
  );
}

function readProcess(registry: MetricsRegistry): void {
  const startSeconds = Date.now() / 1_000 - process.uptime();
  const loopDelay = monitorEventLoopDelay({ resolution: 20 });
  loopDelay.enable();
  registry.readValue("gauge", "process_start_time_seconds", "Unix time of the start.", () => startSeconds);
  registry.readValue("counter", "process_cpu_seconds_total", "CPU time used, user and system.", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  registry.readValue("gauge", "process_resident_memory_bytes", "Resident memory.", () => process.memoryUsage.rss());
  registry.readValue(
    "gauge",
    "nodejs_heap_used_bytes",
    "JavaScript heap in use.",
    () => process.memoryUsage().heapUsed,
  );
  registry.readValue(
    "gauge",
    "nodejs_eventloop_lag_p99_seconds",
    "Event loop delay since the last reading, p99.",
    () => {
      const lag = loopDelay.percentile(99) / 1e9;
      loopDelay.reset();
      return lag;
    },
  );
}
