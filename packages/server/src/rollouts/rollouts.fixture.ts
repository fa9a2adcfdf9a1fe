import type { ArmCounts, TelemetrySource } from "@steadfast/core/guard/counts";
import pino from "pino";
import type { z } from "zod";
import type { Database } from "../db/database.ts";
import { newId } from "../http/ids.ts";
import { createJournal, type Journal } from "../journal/journal.ts";
import type { Projector } from "../journal/projector.ts";
import { createJudge, type Judge, type JudgeDeps } from "./judge.ts";
import { rolloutProjector } from "./projection.ts";
import { loadRollout } from "./read.ts";
import { startRolloutBody } from "./schemas.ts";
import { requestRollout } from "./start.ts";

export type StartInput = z.input<typeof startRolloutBody>;

export const PERSON = { kind: "token", id: "tok_1", name: "Ada" } as const;

const FLAG = {
  service: "shop",
  definition: { state: "ENABLED", variants: { on: true, off: false }, defaultVariant: "off" },
} as const;

/** Rollouts on a real store, with a clock and telemetry in the test's hand and every flag alike. */
export async function openRollouts(
  database: Database,
  projectors: readonly Projector[] = [rolloutProjector],
  log: pino.Logger = pino({ level: "silent" }),
) {
  const clock = { nowMs: Date.UTC(2026, 0, 1) };
  const journal: Journal = await createJournal({ database, projectors, nowMs: () => clock.nowMs, newId });
  const arriving = new Map<string, ArmCounts>();
  const defaults: string[] = [];
  let heldOnly: string | undefined;
  let isSilent = false;

  const deps: JudgeDeps = {
    database,
    journal,
    nowMs: () => clock.nowMs,
    newRolloutId: () => newId("rol"),
    readFlag: async () => FLAG,
    writeFlagDefault: async (_trx, _append, write) => {
      defaults.push(`${write.flag}=${write.variant}`);
    },
    discardArrivals: async () => {},
    readHistory: async () => ({ requests: 100_000, failures: 100 }),
    log,
    claim: async (ids) => ids.filter((id) => heldOnly === undefined || id === heldOnly),
    stillHeld: async (_trx, ids) => ids,
    takeArrivals: async (_trx, pairs) => {
      if (isSilent) return new Map();
      const spans: [TelemetrySource, Map<string, ArmCounts>] = ["spans", new Map(arriving)];
      return new Map(pairs.map((pair) => [pair, new Map([spans])]));
    },
  };
  let judge: Judge = createJudge(deps);

  return {
    clock,
    journal,
    deps,
    defaults,
    start: (more: Partial<StartInput> = {}) =>
      requestRollout(
        deps,
        startRolloutBody.parse({
          kind: "flag",
          environment: "production",
          flag: "new-checkout",
          candidate: "on",
          reason: "try it",
          ...more,
        }),
        { actor: PERSON, reason: "try it" },
      ),
    state: (id: string) => loadRollout(database.db, id),
    latest: (id: string) => judge.latest(id),
    needs: () => judge.needs(),
    /** Another node holds the others. */
    hold: (id: string) => {
      heldOnly = id;
    },
    /** Nothing reports any more, not even that there is nothing. */
    fallSilent: () => {
      isSilent = true;
    },
    /** What each arm sends per tick from now on. */
    arrive: (arms: { readonly on?: ArmCounts; readonly off?: ArmCounts }) => {
      isSilent = false;
      arriving.clear();
      for (const [variant, counts] of Object.entries(arms)) arriving.set(variant, counts);
    },
    judgeSeconds: async (seconds: number) => {
      for (let second = 0; second < seconds; second += 1) {
        clock.nowMs += 1_000;
        await judge.tick(clock.nowMs);
      }
    },
    /** As after a `kill -9`: nothing in memory is left. */
    restart: () => {
      judge = createJudge(deps);
    },
  };
}
