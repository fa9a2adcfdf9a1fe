import { z } from "zod";
import {
  failureKind,
  failureLink,
  measuredChange,
  measuredDeployment,
  ms,
  openChange,
  stageName,
} from "./measured-schema.ts";
import { deliveryTarget } from "./schemas.ts";

/** The report of core/delivery as the API tells it. Durations are milliseconds, ratios 0..1, times milliseconds since the epoch. */

const ratio = z.number();
const interval = z.object({ low: z.number(), high: z.number() }).meta({ id: "DeliveryInterval" });

const distribution = z
  .object({
    n: z.number().int(),
    median: z.number().nullable(),
    p90: z.number().nullable(),
    mean: z.number().nullable(),
  })
  .meta({ id: "DeliveryDistribution" });

const leadTime = distribution
  .extend({
    negative: z.number().int().describe("Below zero by clock skew or rebase: counted, left out"),
    medianInterval: interval.nullable(),
  })
  .meta({ id: "DeliveryLeadTime" });

const whatIfPoint = z.object({ before: ms, after: ms, afterInterval: interval });

const stageLedger = z.object({
  unit: z.enum(["pull request", "commit"]),
  n: z.number().int(),
  left: z.number().int(),
  stages: z.array(
    z.object({
      stage: stageName,
      isWaiting: z.boolean(),
      ms: distribution,
      shareOfTotal: ratio.nullable().describe("`null`: nobody told how long this stage took"),
      shareOfSlowest: ratio.nullable(),
      ciQueueMs: ms.nullable(),
      ciRunMs: ms.nullable(),
    }),
  ),
  slowest: z
    .object({ n: z.number().int(), leastMs: ms })
    .describe("The slowest tenth: changes whose stages took `leastMs` or more in all"),
  weeks: z.array(z.object({ fromMs: ms, n: z.number().int(), meanMs: z.partialRecord(stageName, ms) })),
});

const trendSeries = z.object({
  measure: z.enum(["lead-time", "frequency", "change-fail-rate", "recovery", "rework", "batch"]),
  periodMs: ms,
  points: z.array(
    z.object({
      fromMs: ms,
      n: z.number().int(),
      open: z.number().int().optional().describe("Of a recovery time: failures among `n` that count as running"),
      value: z.number().nullable().describe("null: no data; of a recovery time also where fewer than half are over"),
    }),
  ),
  finding: z.enum(["change", "no-detectable-change", "too-few"]),
  changePoints: z.array(z.object({ atMs: ms, before: z.number(), after: z.number(), pValue: z.number() })),
});

const sizeAgainstTime = z.object({
  n: z.number().int(),
  left: z.number().int().describe("Without a size, or with dates that run backwards"),
  bins: z.array(z.object({ linesMin: z.number(), linesMax: z.number().nullable(), ms: distribution })),
});

const flakyTest = z
  .object({
    test: z.string(),
    flakyRevisions: z.number().int(),
    revisions: z.number().int().describe("On which it ran more than once"),
    rate: ratio,
    interval: interval.describe("Wilson, 95 %"),
    lostMs: ms.describe("What its failed runs took"),
    runs: z
      .array(
        z.object({
          url: z.string().nullable(),
          revision: z.string(),
          finishedAtMs: ms,
          durationMs: ms,
          outcome: z.enum(["passed", "failed", "skipped"]),
        }),
      )
      .describe("On the revisions where it did both, newest first: at most 20 of `runCount`"),
    runCount: z.number().int(),
  })
  .meta({ id: "FlakyTest" });

export const deliveryReport = z
  .object({
    service: z.string(),
    environment: z.string(),
    target: deliveryTarget.nullable(),
    window: z.object({ fromMs: ms, toMs: ms }),
    frequency: z.object({
      count: z.number().int(),
      rollbacks: z.number().int(),
      redeployments: z.number().int(),
      failedAttempts: z.number().int(),
      knownMs: ms.describe("Of the window, what the sources told of: not a silence before or after; at least a week"),
      perWeek: z.number().describe("Of what is known"),
      interval,
      gapMs: distribution,
    }),
    commits: z.object({
      nonMerge: z.number().int(),
      merge: z.number().int(),
      duplicates: z.number().int(),
      unreleased: z.number().int(),
      unknown: z.number().int(),
    }),
    leadTime: z.object({ author: leadTime, committer: leadTime, change: leadTime.nullable() }),
    changeFailRate: z.object({
      failed: z.number().int(),
      deployments: z.number().int(),
      rate: ratio.nullable(),
      rateOfAll: ratio.nullable(),
      interval: interval.nullable(),
      links: z.array(failureLink),
      unlinked: z.array(z.object({ kind: failureKind, evidence: z.string(), atMs: ms, why: z.string() })),
    }),
    recovery: distribution.extend({
      medianInterval: interval.nullable(),
      open: z.number().int(),
      medianWithOpen: ms.nullable(),
    }),
    rework: z.object({
      count: z.number().int(),
      deployments: z.number().int(),
      rate: ratio.nullable(),
      interval: interval.nullable(),
    }),
    batch: z.object({
      commitsPerRelease: distribution,
      linesPerCommit: distribution,
      linesPerRelease: distribution,
    }),
    trend: z.array(trendSeries),
    stages: stageLedger.nullable(),
    whatIf: z.array(
      z.object({
        stage: stageName,
        capMs: ms,
        touched: z.number().int(),
        n: z.number().int(),
        median: whatIfPoint,
        p90: whatIfPoint,
        absorbed: z.number().int(),
      }),
    ),
    flow: z
      .object({
        meanInProgress: z.number(),
        throughputPerWeek: z.number(),
        expectedMeanMs: ms,
        observedMeanMs: ms,
        isConsistent: z.boolean(),
      })
      .nullable(),
    batchRisk: z.object({
      groups: z.array(
        z.object({
          commitsMin: z.number(),
          commitsMax: z.number(),
          deployments: z.number().int(),
          failed: z.number().int(),
          commits: z.number().int(),
          perRelease: ratio,
          perThousandCommits: z.number(),
        }),
      ),
      pValue: z.number().nullable(),
    }),
    sizes: sizeAgainstTime.describe("Shipped pull requests, from opened to merged"),
    testCounts: z.object({
      runs: z.number().int(),
      tests: z.number().int(),
      repeatedTests: z.number().int().describe("Those that ran more than once on some revision"),
      flakyTests: z.number().int().describe("Those that passed and failed on one revision"),
    }),
    flakyTests: z.array(flakyTest).describe("Passed and failed on one revision, the worst first: at most 100"),
    totals: z
      .object({
        deployments: z.number().int(),
        changes: z.number().int(),
        openChanges: z.number().int(),
        incidents: z.number().int(),
        guardDecisions: z.number().int(),
      })
      .describe("How many there are of what is listed below, where the lists have bounds. The figures are made of all"),
    told: z
      .object({ commits: z.number().int(), changes: z.number().int(), deployments: z.number().int() })
      .describe("How many facts there are, of any time: what of all this was told at all"),
    deployments: z.array(measuredDeployment).describe("In the window, by time: the newest 2,000"),
    changes: z.array(measuredChange).describe("Shipped in the window: the newest 5,000"),
    openChanges: z.array(openChange).describe("Waiting now, the longest first: at most 500"),
    incidents: z
      .array(
        z.object({
          id: z.string(),
          title: z.string(),
          url: z.string().nullable(),
          detectedAtMs: ms,
          resolvedAtMs: ms.nullable(),
        }),
      )
      .describe("Detected in the window: the newest 500"),
    guardDecisions: z
      .array(
        z.object({
          rolloutId: z.string(),
          flag: z.string(),
          did: z.enum(["advanced", "completed", "froze", "rolled back"]),
          atMs: ms,
          sentence: z.string(),
        }),
      )
      .describe(
        "What the guard did by itself to rollouts of the service's flags in the window, by time: the newest 500",
      ),
    sources: z
      .array(
        z.object({
          name: z.string().nullable().describe("null: nobody has told anything of this repository"),
          repository: z.string().nullable().describe("null: told for the service itself"),
          tells: z.array(z.string()),
          tellings: z.number().int(),
          lastHeardAtMs: ms.nullable(),
          isSilent: z.boolean().describe("Said nothing in the last seven days before `to`"),
        }),
      )
      .describe("Who told these facts, and when they were last heard"),
    assumptions: z.array(z.string()),
    unknowns: z.array(z.object({ what: z.string(), source: z.string(), tells: z.array(z.string()) })),
    silentSources: z.array(z.object({ name: z.string(), lastHeardAtMs: ms })),
  })
  .meta({ id: "DeliveryReport" });
