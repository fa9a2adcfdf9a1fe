/** A JSON value as it comes from `JSON.parse`. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What a flag may answer. A flag's variants all have one of these types. */
export type FlagValue = boolean | string | number | { readonly [key: string]: Json };

/** Values that flagd allows in a flag's or a set's `metadata`. */
export type FlagMetadata = { readonly [key: string]: boolean | string | number };

/** One flag in flagd's definition format. @see https://flagd.dev/reference/flag-definitions/ */
export type FlagDefinition = {
  readonly state: "ENABLED" | "DISABLED";
  readonly variants: { readonly [variant: string]: FlagValue };
  /** `null` or absent: no value, the caller's code default is used. */
  readonly defaultVariant?: string | null;
  /** JSONLogic that returns a variant's name. Absent or `{}`: no targeting. */
  readonly targeting?: Json;
  readonly metadata?: FlagMetadata;
};

/** A set of flags in flagd's definition format: what an environment's snapshot is. */
export type FlagDocument = {
  readonly flags: { readonly [key: string]: FlagDefinition };
  readonly $evaluators?: { readonly [name: string]: Json };
  readonly metadata?: FlagMetadata;
};

/** A fault in a definition. `path` is a JSON pointer into what was given, `""` for the whole. */
export type DefinitionFault = { readonly path: string; readonly message: string };

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly DefinitionFault[] };
