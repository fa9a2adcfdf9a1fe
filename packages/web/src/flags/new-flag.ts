import type { ProblemFault } from "../api/api-problem.ts";

/** A flag as it is filled in: every value still text. */
export const VALUE_KINDS = ["boolean", "string", "number", "object"] as const;
export type ValueKind = (typeof VALUE_KINDS)[number];

export type NewVariant = { readonly id: number; readonly name: string; readonly value: string };

export type NewFlag = {
  readonly key: string;
  readonly description: string;
  readonly owner: string;
  readonly service: string;
  readonly kind: ValueKind;
  readonly variants: readonly NewVariant[];
  /** A variant's name; `""`: the code's default. */
  readonly defaultVariant: string;
  /** What differs in an environment, by its key. */
  readonly defaults: Readonly<Record<string, string>>;
};

/** Faults by where they are shown; `form`: nowhere in particular. */
export type FieldFaults = Readonly<Record<string, string>>;

const FIRST_VARIANTS: Readonly<Record<ValueKind, readonly NewVariant[]>> = {
  boolean: [
    { id: 1, name: "on", value: "true" },
    { id: 2, name: "off", value: "false" },
  ],
  string: [
    { id: 1, name: "new", value: "new" },
    { id: 2, name: "old", value: "old" },
  ],
  number: [
    { id: 1, name: "new", value: "20" },
    { id: 2, name: "old", value: "10" },
  ],
  object: [
    { id: 1, name: "new", value: '{ "limit": 20 }' },
    { id: 2, name: "old", value: '{ "limit": 10 }' },
  ],
};

export const EMPTY_FLAG: NewFlag = {
  key: "",
  description: "",
  owner: "",
  service: "",
  kind: "boolean",
  variants: FIRST_VARIANTS.boolean,
  defaultVariant: "off",
  defaults: {},
};

/** Another kind begins with variants of that kind: a value of the old one would be a fault in each. */
export function withKind(flag: NewFlag, kind: ValueKind): NewFlag {
  const variants = FIRST_VARIANTS[kind];
  return { ...flag, kind, variants, defaultVariant: variants[1]?.name ?? "", defaults: {} };
}

export function withVariant(flag: NewFlag, changed: NewVariant): NewFlag {
  const before = flag.variants.find(({ id }) => id === changed.id);
  const renamed = (name: string) => (name !== "" && name === before?.name ? changed.name : name);
  return {
    ...flag,
    variants: flag.variants.map((variant) => (variant.id === changed.id ? changed : variant)),
    defaultVariant: renamed(flag.defaultVariant),
    defaults: Object.fromEntries(Object.entries(flag.defaults).map(([key, name]) => [key, renamed(name)])),
  };
}

export function withoutVariant(flag: NewFlag, id: number): NewFlag {
  const variants = flag.variants.filter((variant) => variant.id !== id);
  const known = (name: string) => variants.some((variant) => variant.name === name);
  return {
    ...flag,
    variants,
    defaultVariant: known(flag.defaultVariant) ? flag.defaultVariant : "",
    defaults: Object.fromEntries(Object.entries(flag.defaults).filter(([, name]) => name === "" || known(name))),
  };
}

export type NewFlagBody = {
  readonly key: string;
  readonly description: string;
  readonly owner: string;
  readonly service: string;
  readonly state: "ENABLED";
  readonly variants: Record<string, boolean | string | number | Record<string, unknown>>;
  readonly defaultVariant: string | null;
  readonly environments?: Record<string, { defaultVariant: string | null }>;
};

/** What is sent, or what has to be mended before: the server checks the rest, by its own rules. */
export function toRequest(
  flag: NewFlag,
): { readonly ok: true; readonly body: NewFlagBody } | { readonly ok: false; readonly faults: FieldFaults } {
  const faults: Record<string, string> = {};
  const variants: NewFlagBody["variants"] = {};
  if (flag.key.trim() === "") faults.key = "Give it a key, such as new-checkout: it stands in the code.";
  for (const { id, name, value } of flag.variants) {
    const parsed = parseValue(flag.kind, value);
    if (name.trim() === "") faults[`variant-${id}`] = "Give the variant a name.";
    else if (Object.hasOwn(variants, name)) faults[`variant-${id}`] = "Another variant has this name already.";
    else if (parsed === undefined) faults[`variant-${id}`] = VALUE_FAULTS[flag.kind];
    else variants[name] = parsed;
  }
  if (Object.keys(faults).length > 0) return { ok: false, faults };
  const differing = Object.entries(flag.defaults).filter(([, name]) => name !== flag.defaultVariant);
  const { key, description, owner, service } = flag;
  return {
    ok: true,
    body: {
      key: key.trim(),
      description: description.trim(),
      owner: owner.trim(),
      service: service.trim(),
      state: "ENABLED",
      variants,
      defaultVariant: flag.defaultVariant || null,
      ...(differing.length === 0
        ? {}
        : { environments: Object.fromEntries(differing.map(([name, to]) => [name, { defaultVariant: to || null }])) }),
    },
  };
}

/** The server's faults by the fields that they belong to. */
export function toFieldFaults(flag: NewFlag, faults: readonly ProblemFault[]): FieldFaults {
  const byField: Record<string, string> = {};
  for (const { path, message } of faults) {
    const [field = "", name = ""] = path.split("/").slice(1).map(unescaped);
    const variant = flag.variants.find((each) => each.name === name);
    const place =
      field === "variants" && variant ? `variant-${variant.id}` : field === "environments" ? `default-${name}` : field;
    byField[FIELDS.has(field) ? place : "form"] ??= sentence(message);
  }
  return byField;
}

const FIELDS = new Set(["key", "description", "owner", "service", "variants", "defaultVariant", "environments"]);

const VALUE_FAULTS: Readonly<Record<ValueKind, string>> = {
  boolean: "It is true or false.",
  string: "It is a text.",
  number: "It is a number, such as 20 or 0.5.",
  object: 'It is a JSON object, such as { "limit": 20 }.',
};

function parseValue(kind: ValueKind, text: string): NewFlagBody["variants"][string] | undefined {
  if (kind === "string") return text;
  if (kind === "boolean") return text === "true" ? true : text === "false" ? false : undefined;
  if (kind === "number") return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Messages are predicates, their place being the subject: here the field is that. */
function sentence(message: string): string {
  return `It ${message}${message.endsWith(".") ? "" : "."}`;
}

function unescaped(segment: string): string {
  return segment.replaceAll("~1", "/").replaceAll("~0", "~");
}
