/** What the address says of the journal: filters, and the moment that is looked at. */
export type JournalSearch = {
  kind?: KindName;
  /** `flag:new-checkout`, `rollout:rol_…`, `environment:production`, `token:tok_…` */
  about?: string;
  /** An actor's id. */
  by?: string;
  since?: SpanName;
  /** A part of the reason. */
  text?: string;
  /** The seq of an event, to be shown among its neighbours. */
  at?: number;
};

export type JournalFilters = Omit<JournalSearch, "at">;

type Kind = { readonly label: string; readonly types: readonly string[] };

/** Kinds of events in plain words. */
export const KINDS = {
  started: { label: "Rollouts started", types: ["rollout.requested", "rollout.started"] },
  moved: {
    label: "Stages and pauses",
    types: ["rollout.stage-entered", "rollout.paused", "rollout.resumed"],
  },
  judged: { label: "Judgements", types: ["rollout.judged"] },
  "taken-back": { label: "Taken back", types: ["rollout.rolled-back"] },
  ended: { label: "Rollouts ended", types: ["rollout.completed", "rollout.stopped", "rollout.watch-ended"] },
  flags: { label: "Flags changed", types: ["flag."] },
  "switched-off": { label: "Flags switched off", types: ["flag.switched-off"] },
  access: { label: "Tokens and environments", types: ["token.", "environment."] },
} as const satisfies Readonly<Record<string, Kind>>;

export type KindName = keyof typeof KINDS;

export const SPANS = {
  hour: { label: "The last hour", seconds: 3_600 },
  day: { label: "The last 24 hours", seconds: 86_400 },
  week: { label: "The last 7 days", seconds: 7 * 86_400 },
  month: { label: "The last 30 days", seconds: 30 * 86_400 },
} as const;

export type SpanName = keyof typeof SPANS;

export function isKind(text: unknown): text is KindName {
  return typeof text === "string" && Object.hasOwn(KINDS, text);
}

export function isSpan(text: unknown): text is SpanName {
  return typeof text === "string" && Object.hasOwn(SPANS, text);
}

const ABOUT_KINDS: ReadonlySet<string> = new Set(["flag", "rollout", "environment", "token"]);

export function readJournalSearch(search: Record<string, unknown>): JournalSearch {
  const { kind, about, by, since, text, at } = search;
  return {
    ...(isKind(kind) ? { kind } : {}),
    ...(typeof about === "string" && ABOUT_KINDS.has(about.split(":")[0] ?? "") ? { about } : {}),
    ...(typeof by === "string" && by ? { by } : {}),
    ...(isSpan(since) ? { since } : {}),
    // An address that only has digits is read as a number.
    ...((typeof text === "string" && text) || typeof text === "number" ? { text: String(text) } : {}),
    ...(typeof at === "number" && Number.isSafeInteger(at) && at > 0 ? { at } : {}),
  };
}

export function isFiltered({ kind, about, by, since, text }: JournalFilters): boolean {
  return [kind, about, by, since, text].some((each) => each !== undefined);
}

/** What a subject is called in the address. A flag's key may contain colons: only the first one parts. */
export function readAbout(about: string): { readonly kind: string; readonly id: string } {
  const colon = about.indexOf(":");
  return { kind: about.slice(0, colon), id: about.slice(colon + 1) };
}

/** The server's query for the filters. */
export function toQuery(filters: JournalFilters, nowMs: number): Readonly<Record<string, string>> {
  const { kind, about, by, since, text } = filters;
  return {
    ...(kind ? { type: KINDS[kind].types.join(",") } : {}),
    ...(about ? aboutQuery(readAbout(about)) : {}),
    ...(by ? { actor: by } : {}),
    ...(since ? { from: new Date(nowMs - SPANS[since].seconds * 1_000).toISOString() } : {}),
    ...(text ? { text } : {}),
  };
}

function aboutQuery({ kind, id }: { readonly kind: string; readonly id: string }): Readonly<Record<string, string>> {
  if (kind === "flag") return { flag: id };
  return kind === "environment" ? { environment: id } : { stream: `${kind}/${id}` };
}
