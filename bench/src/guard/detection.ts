import type { BarChart, Table, Target } from "../report/bench-result.ts";
import { sayNumber, sayRatio } from "../report/say-number.ts";
import { COMPARATORS } from "./comparators/all.ts";
import { type DelaySummary, summariseDelays } from "./delays.ts";
import { DETECTION_CASES, type DetectionCase, LATENCY_SKIP_SECONDS, sayCase } from "./detection-cases.ts";
import { runKnowingTest } from "./knowing-test.ts";
import { NO_TOLERANCE } from "./plans.ts";
import { seededRandom } from "./random.ts";
import { runComparators } from "./run-comparators.ts";
import type { Section } from "./section.ts";
import { runRollout } from "./simulate.ts";

/** Above this share of healthy rollouts rolled back, how fast a rule is on a bad one says nothing. */
const HEALTHY_FIRED_MAX = 0.05;

type Row = {
  readonly entry: DetectionCase;
  readonly ours: DelaySummary;
  /** Of a test that knows the rates; `null` for latency. */
  readonly knowing: DelaySummary | null;
  /** By comparator; a text where a delay would say nothing. */
  readonly others: readonly (DelaySummary | string)[];
};

/** How long regressions last before they are taken back, without any tolerance. */
export function measureDetection(rolloutsPerCase: number, comparatorRollouts: number): Section {
  const rows = DETECTION_CASES.map((entry) => measureRow(entry, rolloutsPerCase, comparatorRollouts));
  return {
    targets: [
      errorTarget(rows, "mean", "at once"),
      errorTarget(rows, "p95", "at once"),
      errorTarget(rows, "mean", "late"),
      errorTarget(rows, "p95", "late"),
      latencyTarget(rows),
    ],
    tables: [oursTable(rows, rolloutsPerCase), othersTable(rows, comparatorRollouts)],
    charts: charts(rows),
  };
}

function measureRow(entry: DetectionCase, rollouts: number, comparatorRollouts: number): Row {
  const { simulation, from } = entry;
  const delays: (number | null)[] = [];
  for (let seed = 1; seed <= rollouts; seed += 1) {
    const tick = runRollout(simulation, seededRandom(seed));
    delays.push(tick === null ? null : Math.max(1, tick - from));
  }
  return {
    entry,
    ours: summariseDelays(delays, simulation.stageTicks - from),
    knowing: entry.judged === "failures" ? measureKnowing(entry, rollouts) : null,
    others: measureComparators(entry, Math.min(rollouts, comparatorRollouts)),
  };
}

function measureKnowing({ simulation, from }: DetectionCase, rollouts: number): DelaySummary {
  const delays = Array.from({ length: rollouts }, (_, index) => {
    const { tick } = runKnowingTest(simulation, NO_TOLERANCE, index + 1);
    return tick === null ? null : Math.max(1, tick - from);
  });
  return summariseDelays(delays, simulation.stageTicks - from);
}

function measureComparators(entry: DetectionCase, rollouts: number): (DelaySummary | string)[] {
  const { simulation, judged } = entry;
  const from = simulation.brokenAfterTick;
  const kinds = COMPARATORS.filter((kind) => kind.judges.includes(judged));
  const healthy = { ...simulation, candidate: simulation.baseline };
  const delays = new Map<string, (number | null)[]>(kinds.map(({ name }) => [name, []]));
  const fires = new Map<string, number>();
  for (let seed = 1; seed <= rollouts; seed += 1) {
    for (const [name, tick] of runComparators(simulation, kinds, judged, seed))
      delays.get(name)?.push(tick === null ? null : Math.max(1, tick - from));
    for (const [name, tick] of runComparators(healthy, kinds, judged, seed))
      fires.set(name, (fires.get(name) ?? 0) + (tick === null ? 0 : 1));
  }
  return COMPARATORS.map(({ name, judges }) => {
    if (!judges.includes(judged)) return "–";
    const share = (fires.get(name) ?? 0) / rollouts;
    if (share > HEALTHY_FIRED_MAX) return `(fires on ${Math.round(100 * share)} % healthy)`;
    return summariseDelays(delays.get(name) ?? [], simulation.stageTicks - from);
  });
}

type Onset = "at once" | "late";

function errorTarget(rows: readonly Row[], figure: "mean" | "p95", onset: Onset): Target {
  const limit = figure === "mean" ? 1.7 : 3.5;
  const ratios = rows
    .filter(({ entry }) => entry.judged === "failures" && !entry.isCoarse && entry.from > 0 === (onset === "late"))
    .map(({ entry, ours, knowing }) => ({
      name: sayCase(entry),
      ratio: ours[figure] / entry.bound,
      knowing: (knowing?.[figure] ?? 0) / entry.bound,
    }));
  const worst = ratios.reduce((a, b) => (b.ratio > a.ratio ? b : a));
  return {
    what: `errors that begin ${onset}: ${figure} delay, of the information bound, in the worst row`,
    limit: `≤ ${limit} ×`,
    measured: `${sayRatio(worst.ratio)} (${worst.name})`,
    isMet: worst.ratio <= limit,
    reason:
      onset === "late"
        ? `A test that is told both rates, but not the second, needs ${sayRatio(worst.knowing)}. Ours does not know the rates either, and keeps a third of its stake on gentle regressions, and most of that on grave ones, for those that begin at once: less slowed them, and small ones, by more than it hastened late ones.`
        : "Not knowing the size of the regression costs the stake of ten bets.",
  };
}

function latencyTarget(rows: readonly Row[]): Target {
  const ratios = rows
    .filter(({ entry }) => entry.judged === "latency")
    .map(({ entry, ours }) => ours.median / entry.bound);
  const worst = Math.max(...ratios);
  return {
    what: "latency: median delay, of the information bound, in the worst row",
    limit: "≤ 2.1 ×",
    measured: `${sayRatio(worst)} (all: ${ratios.map(sayRatio).join(", ")})`,
    isMet: worst <= 2.1,
  };
}

function oursTable(rows: readonly Row[], rollouts: number): Table {
  return {
    title: `Seconds until a regression is taken back, ${rollouts} rollouts each, nothing tolerated, against the information bound ln(1/α)/KL`,
    columns: [
      "regression",
      "share",
      "requests/s",
      "bound",
      "median",
      "mean",
      "p95",
      "mean/bound",
      "p95/bound",
      "of a test that knows",
    ],
    rows: rows.map(({ entry, ours, knowing }) => [
      `${sayCase(entry)}${entry.isCoarse ? " *" : ""}${ours.missed > 0 ? ` (${ours.missed} undetected)` : ""}`,
      `${100 * (entry.simulation.shares[0] ?? 0)} %`,
      sayNumber(entry.simulation.requestsPerSecond),
      sayNumber(entry.bound),
      sayNumber(ours.median),
      sayNumber(ours.mean),
      sayNumber(ours.p95),
      sayRatio(ours.mean / entry.bound),
      sayRatio(ours.p95 / entry.bound),
      knowing === null ? "–" : `${sayRatio(knowing.mean / entry.bound)}, ${sayRatio(knowing.p95 / entry.bound)}`,
    ]),
    note: `Of a test that knows: mean and p95 of a test that is told both rates and stakes all on them, at once or, where the beginning is late, evenly on every second; nothing real can be faster. In the rows marked * the bound lies below a tick or a few whole requests: nothing can come near it. Latency is counted from the end of the ${LATENCY_SKIP_SECONDS} s in which caches are cold.`,
  };
}

function othersTable(rows: readonly Row[], rollouts: number): Table {
  return {
    title: `The same regressions by other rules: median / p95 seconds, ${rollouts} rollouts each`,
    columns: ["regression", "bound", "Steadfast", ...COMPARATORS.map(({ name }) => name)],
    rows: rows.map(({ entry, ours, others }) => [
      `${sayCase(entry)} at ${100 * (entry.simulation.shares[0] ?? 0)} % of ${sayNumber(entry.simulation.requestsPerSecond)}/s`,
      sayNumber(entry.bound),
      sayDelay(ours),
      ...others.map((other) => (typeof other === "string" ? other : sayDelay(other))),
    ]),
    note: "A rule that rolls back more than 5 % of the healthy rollouts of the same row is not timed: it is fast at being wrong. > is the end of the simulation.",
  };
}

function sayDelay({ median, p95, missed, wholeLength }: DelaySummary): string {
  const say = (seconds: number) => (missed > 0 && seconds >= wholeLength ? `> ${wholeLength}` : sayNumber(seconds));
  return `${say(median)} / ${say(p95)}`;
}

/** The row that people ask about first. */
function charts(rows: readonly Row[]): BarChart[] {
  const row = rows.find(({ entry }) => sayCase(entry) === "0.1 % to 1 %" && entry.simulation.shares[0] === 0.1);
  if (row === undefined) return [];
  const bars = COMPARATORS.flatMap(({ name }, index) => {
    const other = row.others[index];
    return other === undefined || typeof other === "string" ? [] : [{ name, value: other.median, isOurs: false }];
  });
  return [
    {
      title: "Failures 0.1 % → 1 % at 10 % of 100 requests/s: median seconds until rolled back",
      unit: "s",
      isLogarithmic: false,
      bars: [
        { name: "information bound", value: Number(row.entry.bound.toPrecision(3)), isOurs: false },
        { name: "Steadfast", value: row.ours.median, isOurs: true },
        ...bars,
      ],
    },
  ];
}
