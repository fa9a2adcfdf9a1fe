import { agoText } from "../terminal/figures.ts";
import type { Paint } from "../terminal/paint.ts";
import { renderTable } from "../terminal/table.ts";
import { cut, plain, wrap } from "../terminal/text.ts";
import type { Flag, FlagChange, FlagDefinition, FlagState, FlagVersion } from "../types.ts";

/** How flags are shown in a terminal. Pure: values and width in, lines out. */

export type ViewOptions = { readonly paint: Paint; readonly width: number; readonly nowMs: number };

export function renderFlagList(flags: readonly Flag[], environment: string, options: ViewOptions): readonly string[] {
  if (flags.length === 0) {
    return ["There is no flag yet.", options.paint("dim", "Create one: steadfast flag create <key> --service <name>")];
  }
  const state = (flag: Flag) => flag.environments[environment];
  return renderTable(
    flags,
    [
      {
        title: "FLAG",
        text: (flag) => flag.key,
        style: (_flag, text) => options.paint("bold", text),
        isFlexible: true,
      },
      {
        title: environment.toUpperCase(),
        text: (flag) => servesText(state(flag)),
        style: (flag, text) => styleState(state(flag), text, options.paint),
        isFlexible: true,
      },
      { title: "VERSION", text: (flag) => String(state(flag)?.version ?? "–"), align: "right" },
      { title: "OWNER", text: (flag) => flag.owner || "–", isFlexible: true },
      { title: "SERVICE", text: (flag) => flag.service || "any", isFlexible: true },
      { title: "CHANGED", text: (flag) => changedText(state(flag), options.nowMs) },
    ],
    options,
  );
}

export function renderFlag(flag: Flag, environment: string, options: ViewOptions): readonly string[] {
  const { paint } = options;
  const state = flag.environments[environment];
  const others = Object.values(flag.environments).filter((other) => other.environment !== environment);
  return [
    `${paint("bold", plain(flag.key))}${flag.description === "" ? "" : `  ${plain(flag.description)}`}`,
    paint("dim", `owner ${plain(flag.owner || "–")} · service ${plain(flag.service || "any")}`),
    "",
    ...(state === undefined ? [`It has no state in ${environment}.`] : renderFlagState(state, options)),
    ...(others.length === 0 ? [] : ["", paint("dim", "elsewhere")]),
    ...others.map((other) => `  ${other.environment}: ${plain(servesText(other))}, version ${other.version}`),
  ];
}

export function renderFlagState(state: FlagState, options: ViewOptions): readonly string[] {
  const { paint, width } = options;
  const why = state.reason === null ? "" : `: ${plain(state.reason)}`;
  const changed = `version ${state.version}, ${agoText(state.updatedAt, options.nowMs)} by ${plain(state.updatedBy.name)}${why}`;
  return [
    `${paint("bold", state.environment)}  ${styleState(state, plain(servesText(state)), paint)}`,
    ...wrap(changed, width - 2).map((line) => paint("dim", `  ${line}`)),
    ...renderVariants(state.definition, options),
    ...renderTargeting(state.definition, options),
    ...(state.rolloutId === null
      ? []
      : [`  ${paint("cyan", "in flight")}  steadfast rollout watch ${state.rolloutId}`]),
    ...state.warnings.map((warning) => `  ${paint("yellow", "warning")}  ${plain(warning)}`),
  ];
}

export function renderHistory(versions: readonly FlagVersion[], options: ViewOptions): readonly string[] {
  const { paint, nowMs } = options;
  return versions.flatMap((version, index) => [
    ...(index === 0 ? [] : [""]),
    `${paint("bold", `version ${version.version}`)}  ${plain(version.actor.name)}, ${agoText(version.at, nowMs)}  ${paint("dim", plain(version.type))}`,
    ...(version.reason === null ? [] : [`  ${plain(version.reason)}`]),
    ...version.changes.flatMap((change) => renderChange(change, options)),
  ]);
}

function renderChange(change: FlagChange, { paint, width }: ViewOptions): readonly string[] {
  const side = (sign: "-" | "+", value: FlagChange["before"]) =>
    `  ${sign} ${cut(plain(`${change.path}: ${JSON.stringify(value)}`), width - 4)}`;
  return [
    ...(change.before === undefined ? [] : [paint("red", side("-", change.before))]),
    ...(change.after === undefined ? [] : [paint("green", side("+", change.after))]),
  ];
}

function renderVariants(definition: FlagDefinition, { paint, width }: ViewOptions): readonly string[] {
  const names = Object.keys(definition.variants);
  const longest = Math.max(0, ...names.map((name) => name.length));
  return Object.entries(definition.variants).map(([name, value]) => {
    const mark = name === definition.defaultVariant ? paint("green", "●") : paint("dim", "○");
    return `  ${mark} ${plain(name).padEnd(longest)}  ${paint("dim", cut(plain(JSON.stringify(value)), width - longest - 8))}`;
  });
}

function renderTargeting(definition: FlagDefinition, { paint, width }: ViewOptions): readonly string[] {
  const { targeting } = definition;
  if (targeting === undefined || targeting === null) return [];
  if (typeof targeting === "object" && Object.keys(targeting).length === 0) return [];
  const lines = JSON.stringify(targeting, null, 2).split("\n");
  return [paint("dim", "  targeting"), ...lines.map((line) => `    ${cut(plain(`|${line}`).slice(1), width - 4)}`)];
}

/** What everybody gets whom no targeting rule serves. */
function servesText(state: FlagState | undefined): string {
  if (state === undefined) return "–";
  if (state.definition.state === "DISABLED") return "off: code default";
  const rule = hasTargeting(state.definition) ? " + targeting" : "";
  return `${state.definition.defaultVariant ?? "code default"}${rule}`;
}

function hasTargeting({ targeting }: FlagDefinition): boolean {
  if (targeting === undefined || targeting === null) return false;
  return typeof targeting !== "object" || Object.keys(targeting).length > 0;
}

function styleState(state: FlagState | undefined, text: string, paint: Paint): string {
  if (state === undefined) return paint("dim", text);
  if (state.rolloutId !== null) return paint("cyan", text);
  return state.definition.state === "DISABLED" ? paint("yellow", text) : text;
}

function changedText(state: FlagState | undefined, nowMs: number): string {
  return state === undefined ? "–" : agoText(state.updatedAt, nowMs);
}
