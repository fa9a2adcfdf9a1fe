import type { components } from "../../api/api-types.ts";
import { parseDuration } from "../../ui/parse-duration.ts";
import { type AudienceDraft, audienceOf } from "./audience.ts";
import { type PlanName, rowsOf, type StageRow } from "./plans.ts";

type Schemas = components["schemas"];
export type RolloutBody = Schemas["PreviewRolloutInput"];
export type FoundSignal = Schemas["FoundSignal"];
type SignalBody = NonNullable<NonNullable<RolloutBody["guard"]>["signals"]>[number];

/** A signal that may be chosen; its name tells it from the others. */
export type SignalChoice = Pick<FoundSignal, "name" | "kind" | "source" | "count">;

/** The form as it is typed. */
export type Draft = {
  readonly reason: string;
  readonly stages: readonly StageRow[];
  readonly audience: AudienceDraft;
  /** Names of the chosen signals; `null`: whatever arrives. */
  readonly signals: readonly string[] | null;
  readonly failureRatio: string;
  /** Percentage points. */
  readonly failureAdd: string;
  readonly latencyRatio: string;
  readonly onRegression: "roll-back" | "freeze";
  readonly isDryRun: boolean;
  readonly watch: string;
  /** False roll-backs: one in so many rollouts. */
  readonly oneIn: string;
  readonly salt: string;
  readonly alongside: string;
  readonly despiteRollback: string;
};

/** By JSON pointer into the body, as the server names them. */
export type Faults = ReadonlyMap<string, string>;

export type Composed =
  | { readonly ok: true; readonly body: RolloutBody }
  | { readonly ok: false; readonly faults: Faults };

export function newDraft(plan: PlanName): Draft {
  return {
    reason: "",
    stages: rowsOf(plan),
    audience: { kind: "none", attribute: "email", operator: "ends_with", value: "", json: "" },
    signals: null,
    failureRatio: "1.1",
    failureAdd: "0.02",
    latencyRatio: "1.05",
    onRegression: "roll-back",
    isDryRun: false,
    watch: "30 min",
    oneIn: "1000",
    salt: "",
    alongside: "",
    despiteRollback: "",
  };
}

/** What can be judged as soon as it arrives, where nothing has arrived yet. */
export const EXPECTED_SIGNALS: readonly SignalChoice[] = [
  { name: "errors", kind: "failure-rate", source: "spans", count: "requests" },
  { name: "latency", kind: "latency", source: "spans", count: null },
];

/** What may be chosen: what arrives, and what could. */
export function choicesOf(found: readonly FoundSignal[]): readonly SignalChoice[] {
  return [...found, ...EXPECTED_SIGNALS.filter(({ name }) => found.every((each) => each.name !== name))];
}

/** What is judged: the choice made, else requests and latency of one source that sends them, spans first. */
export function chosenOf(draft: Pick<Draft, "signals">, found: readonly FoundSignal[]): readonly SignalChoice[] {
  const choices = choicesOf(found);
  if (draft.signals) return choices.filter(({ name }) => draft.signals?.includes(name));
  const source = found.find((each) => each.source === "spans")?.source ?? found[0]?.source;
  if (source === undefined) return EXPECTED_SIGNALS;
  return found.filter((each) => each.source === source && each.count !== "users");
}

type Place = { readonly environment: string; readonly flag: string; readonly candidate: string };

/** What would be sent, or what in the form cannot be. The server checks the rest. */
export function composeBody(draft: Draft, place: Place, found: readonly FoundSignal[]): Composed {
  const faults = new Map<string, string>();
  const number = (path: string, text: string, scale: number, hint: string): number => {
    const value = text.trim() === "" ? Number.NaN : Number(text.trim().replace(",", "."));
    if (Number.isFinite(value) && value >= 0) return Number((value * scale).toPrecision(12));
    faults.set(path, hint);
    return 0;
  };
  const seconds = (path: string, text: string): number => {
    const value = parseDuration(text);
    if (value === undefined) faults.set(path, "A time such as 90 s, 5 min or 1 h.");
    return value ?? 0;
  };

  if (!place.flag) faults.set("/flag", "Choose the flag to move.");
  if (!place.candidate) faults.set("/candidate", "Choose the variant that people shall get.");
  const audience = audienceOf(draft.audience);
  if (!audience.ok) faults.set("/stages/0/audience", audience.fault);
  const first = audience.ok && audience.condition !== null ? [{ share: 0, audience: audience.condition }] : [];
  const stages = draft.stages.map((row, index) => {
    const path = `/stages/${index + first.length}`;
    const share = number(`${path}/share`, row.share, 0.01, "A percentage, such as 1 or 0.5.");
    const catches = row.catches.trim();
    return {
      share,
      catches: catches
        ? { failureRate: number(`${path}/catches/failureRate`, catches, 0.01, "Percentage points, such as 2.") }
        : null,
      minSeconds: seconds(`${path}/minSeconds`, row.floor),
    };
  });
  const signals = chosenOf(draft, found).map((choice): SignalBody => {
    const hint = "A factor of at least 1, such as 1.1.";
    const common = { name: choice.name, source: choice.source };
    if (choice.kind === "latency") {
      return { ...common, kind: "latency", tolerance: { ratio: number("/latencyRatio", draft.latencyRatio, 1, hint) } };
    }
    return {
      ...common,
      kind: "failure-rate",
      count: choice.count ?? "requests",
      tolerance: {
        ratio: number("/failureRatio", draft.failureRatio, 1, hint),
        add: number("/failureAdd", draft.failureAdd, 0.01, "Percentage points, such as 0.02."),
      },
    };
  });
  if (signals.length === 0) faults.set("/guard/signals", "Choose at least one signal: without one nothing is judged.");
  const watchSeconds = seconds("/watchSeconds", draft.watch);
  const oneIn = number("/guard/alpha", draft.oneIn, 1, "A number such as 1,000.");
  if (oneIn > 0 && oneIn < 20) faults.set("/guard/alpha", "At least 20: more false alarms than that are no guard.");
  if (faults.size > 0) return { ok: false, faults };

  return {
    ok: true,
    body: {
      kind: "flag",
      ...place,
      stages: [...first, ...stages],
      guard: { alpha: 1 / oneIn, signals },
      onRegression: draft.onRegression,
      mode: draft.isDryRun ? "dry-run" : "act",
      watchSeconds,
      ...textOf("reason", draft.reason),
      ...textOf("salt", draft.salt),
      ...textOf("alongside", draft.alongside),
      ...textOf("despiteRollback", draft.despiteRollback),
    },
  };
}

function textOf<Name extends "reason" | "salt" | "alongside" | "despiteRollback">(name: Name, text: string) {
  return text.trim() ? { [name]: text.trim() } : {};
}

/** Where a fault is shown that the server found: fields that share a pointer's beginning. */
export function faultUnder(faults: Faults, path: string): string | undefined {
  for (const [each, message] of faults) if (each === path || each.startsWith(`${path}/`)) return message;
  return undefined;
}

/** Tolerances are typed once for all signals of a kind; the server names the signal's own. */
export function toFormPath(path: string): string {
  if (/^\/guard\/signals\/\d+\/tolerance/.test(path)) return path.endsWith("add") ? "/failureAdd" : "/failureRatio";
  return path;
}
