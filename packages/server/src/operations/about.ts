import { z } from "zod";
import type { App } from "../http/app-type.ts";
import { timestamp } from "../http/schemas.ts";
import { countOpenStreams } from "../http/server-sent-events.ts";
import type { TickReport } from "./tick-watch.ts";

/** Seconds of the guard that may be missed before this says so: one is a slow moment. */
const ON_TIME_MS = 3_000;

/** Every open dashboard asks every few seconds; the size changes slowly, and PostgreSQL looks at each file for it. */
const SIZE_REMEMBERED_MS = 60_000;

export type AboutDeps = {
  readonly version: string;
  readonly nodeName: string;
  readonly store: "sqlite" | "postgres";
  readonly nowMs: () => number;
  readonly journalHead: () => Promise<number>;
  readonly storeBytes: () => Promise<number | null>;
  /** `undefined`: the loops do not run yet. */
  readonly loops: () => { readonly tick: () => TickReport; readonly held: () => number } | undefined;
  readonly telemetry: () => {
    readonly evaluationsCounted: number;
    readonly observationsCounted: number;
    readonly droppedByReason: ReadonlyMap<string, number>;
  };
};

const count = z.number().int();

const about = z
  .object({
    version: z.string(),
    runtime: z.string().describe("What runs it, such as Node 24.1.0"),
    licence: z.string().describe("SPDX identifier"),
    node: z.object({
      name: z.string(),
      startedAt: timestamp,
      uptimeSeconds: z.number(),
      residentBytes: count.describe("Memory of the process"),
      heapUsedBytes: count,
    }),
    store: z.object({
      kind: z.enum(["sqlite", "postgres"]),
      bytes: count.nullable().describe("On disk, up to a minute old; null when the store does not say"),
    }),
    journalHead: count.describe("Events in the journal"),
    openStreams: count.describe("Event streams open on this node: dashboards and SDKs"),
    judge: z
      .object({
        isOnTime: z.boolean().describe("A second of the guard ended within the last three"),
        sinceMs: z.number().nullable().describe("Since the last second that was judged ended; null: none yet"),
        tookMs: z.number().nullable(),
        lateTicks: count.describe("Began more than a second late, since the start"),
        leasesHeld: count.describe("Rollouts that this node judges"),
      })
      .describe("The guard's loop on this node"),
    telemetry: z
      .object({ evaluationsCounted: count, observationsCounted: count, dropped: count })
      .describe("On this node since its start"),
  })
  .meta({ id: "About" });

/** What runs here, and how it is: what the dashboard's health line and its page about the server show. */
export async function aboutRoute(app: App, deps: AboutDeps): Promise<void> {
  const storeBytes = remembered(deps.storeBytes, deps.nowMs);
  app.get(
    "/api/v1/about",
    {
      config: { access: "read" },
      schema: {
        tags: ["operations"],
        summary: "Version, storage and figures of the node that answers",
        response: { 200: about },
      },
    },
    async (_request, reply) => {
      reply.header("cache-control", "no-store");
      const [journalHead, bytes] = await Promise.all([deps.journalHead(), storeBytes()]);
      return readAbout(deps, { journalHead, bytes, openStreams: countOpenStreams(app.server) });
    },
  );
}

type Figures = { readonly journalHead: number; readonly bytes: number | null; readonly openStreams: number };

function readAbout(deps: AboutDeps, figures: Figures): z.infer<typeof about> {
  const { journalHead, bytes, openStreams } = figures;
  const loops = deps.loops();
  const tick = loops?.tick() ?? { sinceMs: null, tookMs: null, late: 0 };
  const telemetry = deps.telemetry();
  const uptimeSeconds = process.uptime();
  const memory = process.memoryUsage();
  return {
    version: deps.version,
    runtime: `Node ${process.versions.node}`,
    licence: "Apache-2.0",
    node: {
      name: deps.nodeName,
      startedAt: new Date(deps.nowMs() - uptimeSeconds * 1_000).toISOString(),
      uptimeSeconds,
      residentBytes: memory.rss,
      heapUsedBytes: memory.heapUsed,
    },
    store: { kind: deps.store, bytes },
    journalHead,
    openStreams,
    judge: {
      isOnTime: tick.sinceMs !== null && tick.sinceMs <= ON_TIME_MS,
      sinceMs: tick.sinceMs,
      tookMs: tick.tookMs,
      lateTicks: tick.late,
      leasesHeld: loops?.held() ?? 0,
    },
    telemetry: {
      evaluationsCounted: telemetry.evaluationsCounted,
      observationsCounted: telemetry.observationsCounted,
      dropped: [...telemetry.droppedByReason.values()].reduce((sum, each) => sum + each, 0),
    },
  };
}

/** Asks once in a while; questions in between share the answer. */
function remembered<T>(ask: () => Promise<T>, nowMs: () => number): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (answer !== undefined && Math.abs(nowMs() - askedAtMs) < SIZE_REMEMBERED_MS) return answer;
    askedAtMs = nowMs();
    const asked = ask();
    answer = asked;
    asked.catch(() => {
      // A failure is not remembered.
      if (answer === asked) answer = undefined;
    });
    return asked;
  };
}
