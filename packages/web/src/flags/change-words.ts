/** One place that differs, as the server tells it. */
type Change = { readonly path: string; readonly before?: unknown; readonly after?: unknown };

/** A change as one short sentence; values longer than this are left to the JSON beside it. */
const VALUE_CHARACTERS_MAX = 60;

/** What changed, in plain words, one sentence for each place; changes inside targeting become one. */
export function describeChanges(changes: readonly Change[]): readonly string[] {
  const sentences = changes.flatMap((change) => describeChange(change) ?? []);
  const rules = changes.filter(({ path }) => path === "/targeting" || path.startsWith("/targeting/"));
  return rules.length === 0 ? sentences : [...sentences, describeRules(rules)];
}

function describeRules(rules: readonly Change[]): string {
  const [only] = rules;
  if (rules.length === 1 && only?.path === "/targeting") {
    if (isNothing(only.before)) return "Targeting rules were added";
    if (isNothing(only.after)) return "The targeting rules were removed";
  }
  return "The targeting rules changed";
}

function describeChange({ path, before, after }: Change): string | undefined {
  const [field, name] = path.split("/").slice(1).map(unescaped);
  if (path === "") return "The flag was created";
  if (field === "targeting") return undefined;
  if (field === "state") return after === "DISABLED" ? "Switched off" : "Switched on";
  if (field === "defaultVariant") return `The default went from ${said(before, "none")} to ${said(after, "none")}`;
  if (field === "variants" && name !== undefined) return describeEntry(`Variant ${name}`, before, after);
  if (field === "metadata" && name !== undefined) return describeEntry(`Note ${name}`, before, after);
  return `${field ?? "It"} changed`;
}

function describeEntry(subject: string, before: unknown, after: unknown): string {
  if (before === undefined) return `${subject} was added: ${said(after)}`;
  if (after === undefined) return `${subject} was removed`;
  return `${subject} went from ${said(before)} to ${said(after)}`;
}

function said(value: unknown, nothing = "nothing"): string {
  if (isNothing(value)) return nothing;
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? nothing);
  return text.length > VALUE_CHARACTERS_MAX ? `${text.slice(0, VALUE_CHARACTERS_MAX)}…` : text;
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined;
}

function unescaped(segment: string): string {
  return segment.replaceAll("~1", "/").replaceAll("~0", "~");
}
