/** Who sees the candidate before everybody, as it is typed. */
export type AudienceDraft = {
  readonly kind: "none" | "simple" | "json";
  /** An attribute of the evaluation context. */
  readonly attribute: string;
  readonly operator: Operator;
  readonly value: string;
  readonly json: string;
};

export type Operator = "==" | "in" | "ends_with" | "starts_with";

export const OPERATORS: Readonly<Record<Operator, string>> = {
  "==": "is",
  in: "is one of",
  ends_with: "ends with",
  starts_with: "begins with",
};

export type Condition = { readonly [operator: string]: unknown };

type Read =
  | { readonly ok: true; readonly condition: Condition | null }
  | { readonly ok: false; readonly fault: string };

/** JSONLogic over the evaluation context; `null`: no audience. */
export function audienceOf(draft: AudienceDraft): Read {
  if (draft.kind === "none") return { ok: true, condition: null };
  if (draft.kind === "json") return readCondition(draft.json);
  const [attribute, value] = [draft.attribute.trim(), draft.value.trim()];
  if (!attribute || !value)
    return { ok: false, fault: "Say which attribute, and what it is, such as email ends with @example.com." };
  const values = value.split(",").map((each) => each.trim());
  const right = draft.operator === "in" ? values.filter((each) => each !== "") : value;
  return { ok: true, condition: { [draft.operator]: [{ var: attribute }, right] } };
}

function readCondition(text: string): Read {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { ok: true, condition: Object.fromEntries(Object.entries(value)) };
    }
  } catch {
    // Said below.
  }
  return { ok: false, fault: 'Not JSONLogic yet. Like {"==": [{"var": "team"}, "internal"]}.' };
}
