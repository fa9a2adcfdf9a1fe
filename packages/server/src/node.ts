import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import { ensureFirstStart } from "./access/first-start.ts";
import { createPrincipals } from "./access/principals.ts";
import { type AppDeps, buildApp } from "./app.ts";
import type { Config } from "./config.ts";
import type { Database } from "./db/database.ts";
import { logMigrations } from "./db/log-migrations.ts";
import { openDatabase } from "./db/open-database.ts";
import { postgresClock, readClock } from "./db/shared-clock.ts";
import { createMessageTally } from "./delivery/message-tally.ts";
import { isIncidentOver } from "./delivery/read.ts";
import { createRecorder } from "./delivery/recorder.ts";
import { recordToldBy } from "./delivery/told-by.ts";
import { webhookSources } from "./delivery/webhooks.ts";
import { readFlagForRollout } from "./flags/read.ts";
import { copyFlags, setDefaultVariant } from "./flags/write.ts";
import type { App } from "./http/app-type.ts";
import { prepareToClose } from "./http/close-gently.ts";
import { noteWritten } from "./http/idempotency.ts";
import { newId as createId } from "./http/ids.ts";
import { ProblemError } from "./http/problem.ts";
import { countOpenStreams } from "./http/server-sent-events.ts";
import { createLeases, type Leases, soleHolder } from "./jobs/leases.ts";
import { createJournal, type Journal } from "./journal/journal.ts";
import { type Loops, startLoops } from "./loops.ts";
import { observeRequests } from "./operations/observe-requests.ts";
import { createReadiness } from "./operations/readiness.ts";
import type { SelfTracing } from "./operations/self-tracing.ts";
import { createServerMetrics, readFrom, type ServerMetrics } from "./operations/server-metrics.ts";
import { PROJECTORS } from "./projectors.ts";
import { countNeeds } from "./rollouts/count-needs.ts";
import { createJudge, type JudgeDeps, pairOf } from "./rollouts/judge.ts";
import { createLiveRollouts } from "./rollouts/live.ts";
import { followFlag } from "./rollouts/start.ts";
import type { RolloutDeps } from "./rollouts/write.ts";
import { createSnapshots, type Snapshots } from "./snapshots/snapshots.ts";
import { createTelemetry, type Telemetry } from "./telemetry/telemetry.ts";
import { VERSION } from "./version.ts";

/** A node that is put together: its loops run, nothing listens yet. */
export type SteadfastNode = {
  readonly app: App;
  readonly createdAdminToken: string | undefined;
  /** Makes every projection again from the journal alone. */
  rebuild(): Promise<{ readonly events: number }>;
  /** Answers `not ready` from now on, so that load balancers look elsewhere. */
  drain(): void;
  /** Ends streams, loops and the store, in this order. */
  close(): Promise<void>;
};

/** Renewed every 0.75 s, so three may be missed. With the second until the next tick a dead node's rollouts go on within 4 s. */
const LEASE_TTL_MS = 3_000;

/** A data folder has one owner: a restart takes up its own leases and its own telemetry history at once. */
const ONLY_NODE = "the-only-node";

/** The built dashboard: a folder of the published package, or what the clone's workspace was built to. */
const PACKAGED_DASHBOARD = fileURLToPath(new URL("../dashboard", import.meta.url));
const CLONE_DASHBOARD = fileURLToPath(new URL("../../web/dist", import.meta.url));

/**
 * Opens the store and wires every noun to what it needs. The only place where nouns meet.
 *
 * @param nowMs the wall clock, milliseconds since the epoch; it may be set back or forward at any time
 */
export async function openNode(config: Config, log: Logger, nowMs: () => number = Date.now): Promise<SteadfastNode> {
  const newId = (prefix: string) => createId(prefix, nowMs());
  const database = await openDatabase(config.database, logMigrations(log));
  const nodeId = database.kind === "sqlite" ? ONLY_NODE : config.nodeName;
  const metrics = createServerMetrics({ version: VERSION, store: database.kind });
  const journal = await createJournal({
    database,
    projectors: PROJECTORS,
    nowMs,
    newId,
    onAppended: noteWritten,
    onTailFailure: ({ error }) => log.error({ err: error }, "a follower of the journal failed; it tries again"),
  });
  const { createdAdminToken } = await ensureFirstStart({ journal, newId }, { adminToken: config.adminToken });

  const snapshots = await createSnapshots({ database, journal });
  const telemetry = createTelemetry({ database, nodeId, nowMs, flags: flagDirectory(snapshots) });
  const leases =
    database.kind === "sqlite"
      ? soleHolder()
      : createLeases({ database, holder: `${nodeId}/${randomUUID()}`, ttlMs: LEASE_TTL_MS, clock: postgresClock });
  const judgeNowMs = database.kind === "sqlite" ? async () => nowMs() : () => readClock(database.db, postgresClock);
  const rollouts = rolloutDeps(database, journal, telemetry, { nowMs, newId });
  const judge = createJudge({ ...rollouts, ...judgeDeps(telemetry, leases), log });
  const live = createLiveRollouts({ database, judge, nowMs });
  const principals = await createPrincipals({ database, journal, nowMs });
  const recordTellings = createRecorder(journal);
  const tracing = await openTracing(config, nodeId, log);
  const tally = createMessageTally(database, nowMs, (error) =>
    log.warn({ err: error }, "webhooks were counted and not stored yet; the next second tries again"),
  );

  let loops: Loops | undefined;
  let isDraining = false;
  const readiness = createReadiness({ askStore: () => journal.headSeq(), isShuttingDown: () => isDraining });
  const app = await buildApp({
    logger: log,
    trustedProxies: config.trustedProxies,
    authenticate: { findPrincipal: principals.find, publicUrl: config.publicUrl },
    // A trace has a span for each request, which is a hook's to make.
    atOnce:
      config.tracesEndpoint === undefined
        ? { findInMemory: principals.findInMemory, observerOf: metrics.requestSeconds.series }
        : undefined,
    idempotency: { database, nowMs },
    access: {
      database,
      journal,
      principals,
      newId,
      nowMs,
      publicUrl: config.publicUrl,
      onEnvironmentCreated: copyFlags,
    },
    backup: { database, projectors: PROJECTORS, version: VERSION, nowMs },
    dashboard: { distDir: existsSync(PACKAGED_DASHBOARD) ? PACKAGED_DASHBOARD : CLONE_DASHBOARD },
    delivery: { database, journal, recordTellings, nowMs, newId, tally },
    toldBy: {
      record: recordToldBy(recordTellings),
      isIncidentOver: (of, incident) => isIncidentOver(database.db, of, incident),
      nowMs,
    },
    forges: webhookSources({ database, recordTellings, tally }),
    flags: {
      database,
      journal,
      nowMs,
      onWritten: (trx, append, flag, provenance) => followFlag(rollouts, trx, append, flag, provenance),
    },
    journal: { journal, database },
    ofrep: { snapshot: snapshots.get, nowMs },
    operations: {
      readiness,
      renderMetrics: () => metrics.registry.render(),
      about: {
        version: VERSION,
        nodeName: config.nodeName,
        store: database.kind,
        nowMs,
        journalHead: journal.headSeq,
        storeBytes: database.sizeBytes,
        loops: () => loops,
        telemetry: telemetry.totals,
      },
    },
    otlp: { openSpanBatch: telemetry.openSpanBatch, onDecoded: (tally) => countSpans(metrics, tally) },
    rollouts: { ...rollouts, ...previewDeps(telemetry), live, judgeNowMs },
    snapshots: {
      database,
      snapshots,
      nowMs,
      onApplied: (environment, lagMs) => metrics.appliedLagSeconds.observe(lagMs / 1_000, { environment }),
    },
    telemetry: { telemetry, requireKnownEnvironment: (environment) => requireKnown(snapshots, environment) },
    observe: (built) => {
      observeRequests(built, metrics.requestSeconds);
      tracing.attach(built);
    },
  });

  const closeApp = prepareToClose(app);
  const started = await startLoops({
    database,
    journal,
    telemetry,
    judge,
    live,
    rollouts,
    leases,
    metrics,
    log,
    nowMs,
    judgeNowMs,
  });
  loops = started;
  readFrom(metrics.registry, {
    openStreams: () => countOpenStreams(app.server),
    leasesHeld: started.held,
    rolloutsNeedingPerson: () => countNeeds(judge.needs()),
    telemetry: telemetry.totals,
  });

  return {
    app,
    createdAdminToken,
    rebuild: journal.rebuild,
    drain: () => {
      isDraining = true;
    },
    close: async () => {
      isDraining = true;
      await started.stop();
      live.close();
      snapshots.close();
      principals.close();
      await closeApp(config.shutdownSeconds * 1_000);
      await telemetry
        .flush(nowMs())
        .catch((error: unknown) => log.warn({ err: error }, "the last second was not stored"));
      await tally
        .flush()
        .catch((error: unknown) => log.warn({ err: error }, "the last counts of webhooks were not stored"));
      await tracing.shutdown();
      await journal.close();
      await database.close();
    },
  };
}

/** OpenTelemetry is a fifth of the time that a start takes: loaded only when traces are wanted. */
async function openTracing(config: Config, nodeId: string, log: Logger): Promise<SelfTracing> {
  const endpoint = config.tracesEndpoint;
  if (endpoint === undefined) return { attach: () => {}, shutdown: async () => {} };
  const { createSelfTracing } = await import("./operations/self-tracing.ts");
  const onLost = (error: unknown) => log.warn({ err: error }, "traces of this server were lost");
  return createSelfTracing({ endpoint, sampleRatio: 1, version: VERSION, nodeId, onLost });
}

function flagDirectory(snapshots: Snapshots) {
  return {
    find: (environment: string, flag: string) => snapshots.get(environment)?.flags.get(flag),
    environments: snapshots.environments,
  };
}

type Clock = { readonly nowMs: () => number; readonly newId: (prefix: string) => string };

function rolloutDeps(database: Database, journal: Journal, telemetry: Telemetry, clock: Clock): RolloutDeps {
  return {
    database,
    journal,
    nowMs: clock.nowMs,
    newRolloutId: () => clock.newId("rol"),
    readFlag: readFlagForRollout,
    writeFlagDefault: setDefaultVariant,
    discardArrivals: async (trx, of) => {
      await telemetry.takeArrivals(trx, new Set([pairOf(of)]));
    },
    readHistory: async (trx, { environment, flag, variant, source }) => {
      const { seconds: _seconds, ...counts } = await telemetry.readHistory(trx, environment, flag, variant, source);
      return counts.requests > 0 ? counts : null;
    },
  };
}

function previewDeps(telemetry: Telemetry): Pick<AppDeps["rollouts"], "readTraffic" | "serviceHeardSecondsAgo"> {
  return { readTraffic: telemetry.readTraffic, serviceHeardSecondsAgo: telemetry.serviceHeardSecondsAgo };
}

function judgeDeps(telemetry: Telemetry, leases: Leases): Pick<JudgeDeps, "claim" | "stillHeld" | "takeArrivals"> {
  const toNames = (ids: readonly string[]) => ids.map((id) => `rollout/${id}`);
  const toIds = (names: readonly string[]) => names.map((name) => name.slice("rollout/".length));
  return {
    claim: async (ids) => toIds(await leases.claim(toNames(ids))),
    stillHeld: async (trx, ids) => toIds(await leases.stillHeld(trx, toNames(ids))),
    takeArrivals: (trx, pairs) => telemetry.takeArrivals(trx, new Set(pairs)),
  };
}

type OnDecoded = AppDeps["otlp"]["onDecoded"];

function countSpans(metrics: ServerMetrics, tally: Parameters<OnDecoded>[0]): void {
  metrics.spans.add(tally.spans - tally.otherKindSpans, { kind: "server" });
  metrics.spans.add(tally.otherKindSpans, { kind: "other" });
}

function requireKnown(snapshots: Snapshots, environment: string): void {
  if (snapshots.environments().has(environment)) return;
  throw new ProblemError(
    "environment-not-found",
    `There is no environment "${environment}". List them: steadfast environment list.`,
  );
}
