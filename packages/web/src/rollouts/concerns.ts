import type { Freshness } from "../api/freshness.ts";
import type { Rollout } from "../api/types.ts";
import { formatCount, formatOdds, formatPercent } from "../ui/format.ts";

/** `bad`: users are hurt, or nothing would take it back. `warn`: somebody should look. `told`: it hurt, and was taken back. */
export type Severity = "bad" | "warn" | "told";

/** Something that a person who comes to the page should see before all else. */
export type Concern = {
  /** The same as long as it is the same thing. */
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly detail: string;
  /** What it is about, when that is a rollout. */
  readonly rollout?: Rollout;
};

/** So long a rollback stays on top: whoever is woken by it finds it there. */
const TOLD_FOR_MS = 30 * 60_000;

const ORDER: readonly Severity[] = ["bad", "warn", "told"];

type State = {
  readonly rollouts: readonly Rollout[];
  readonly freshness: Freshness;
  /** The guard's loop on the node that answers; `undefined`: not known. */
  readonly isGuardOnTime: boolean | undefined;
  readonly nowMs: number;
};

/** What hurts, or might: the gravest first. Pure. */
export function concernsOf({ rollouts, freshness, isGuardOnTime, nowMs }: State): readonly Concern[] {
  const found = [
    freshness.state === "reconnecting" ? CONNECTION_LOST : undefined,
    isGuardOnTime === false ? GUARD_LATE : undefined,
    ...rollouts.map((rollout) => concernOf(rollout, nowMs)),
  ].filter((concern) => concern !== undefined);
  return found.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

const CONNECTION_LOST: Concern = {
  id: "connection",
  severity: "bad",
  title: "The server cannot be reached",
  detail: "What is shown may be old. This page tries again by itself.",
};

const GUARD_LATE: Concern = {
  id: "guard",
  severity: "bad",
  title: "The guard is not on time",
  detail: "What hurts now may not be taken back by itself: watch, and roll back by hand. The server's log says why.",
};

function concernOf(rollout: Rollout, nowMs: number): Concern | undefined {
  const { id, flag, state, judgingFault } = rollout;
  const about = (severity: Severity, title: string, detail: string): Concern => ({
    id: `${id}/${title}`,
    severity,
    title,
    detail,
    rollout,
  });
  if (state === "rolled-back") {
    const isRecent = rollout.endedAt !== null && nowMs - Date.parse(rollout.endedAt) < TOLD_FOR_MS;
    return isRecent ? about("told", `${flag} was taken back`, rollout.endReason ?? "") : undefined;
  }
  if (state !== "running" && state !== "paused") return undefined;
  if (judgingFault !== null) return about("bad", `${flag} cannot be judged`, judgingFault.message);
  return (
    judgedConcern(rollout, about) ??
    (state === "paused"
      ? about("warn", `${flag} is paused at ${formatPercent(rollout.share)}`, "It waits for a person.")
      : undefined)
  );
}

type About = (severity: Severity, title: string, detail: string) => Concern;

function judgedConcern({ flag, decision, guard, needsPerson }: Rollout, about: About): Concern | undefined {
  if (!decision) return undefined;
  const { verdict, sentence, logEvidence } = decision;
  if (verdict === "roll-back") return about("bad", `${flag} hurts`, sentence);
  if (needsPerson?.because === "telemetry-missing") return about("bad", `${flag}: look at its telemetry`, sentence);
  if (verdict === "freeze") return about("warn", `${flag} is frozen`, sentence);
  if (verdict === "hold") return about("warn", `${flag} is held`, sentence);
  const line = Math.log(1 / guard.alpha);
  if (logEvidence < line / 2) return undefined;
  const odds = `${formatOdds(logEvidence)} that it is worse; taken back at ${formatCount(1 / guard.alpha)} : 1.`;
  return about("warn", `${flag} may be worse`, `The evidence is ${odds}`);
}
