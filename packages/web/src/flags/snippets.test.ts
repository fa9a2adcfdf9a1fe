import { describe, expect, it } from "vitest";
import { fallbackOf, flagType, snippetsFor } from "./snippets.ts";

const URL = "https://flags.example.com";

function code(language: string, type: "boolean" | "string" | "number" | "object", fallback: unknown): string {
  const snippet = snippetsFor({ key: 'a"b', type, fallback, url: URL }).find(({ id }) => id === language);
  return snippet?.code ?? "";
}

describe("the code to paste", () => {
  it.each([
    ["typescript", "boolean", true, 'client.getBooleanValue("a\\"b", true, { targetingKey: user.id })'],
    ["web", "string", "x", 'getStringValue("a\\"b", "x")'],
    ["python", "boolean", false, 'client.get_boolean_value("a\\"b", False, EvaluationContext(targeting_key=user.id))'],
    ["python", "number", 0.5, "client.get_float_value("],
    ["python", "object", { a: [null, true] }, '{"a": [None, True]}'],
    ["go", "number", 3, 'client.IntValue(context.Background(), "a\\"b", 3, who)'],
    ["go", "object", { a: [1] }, 'map[string]any{"a": []any{1}}'],
    ["java", "number", 3, "int value = client.getIntegerValue("],
    ["java", "string", "x", "String value = client.getStringValue("],
    ["dotnet", "number", 1.5, 'client.GetDoubleValueAsync("a\\"b", 1.5, who)'],
    ["curl", "boolean", true, `${URL}/ofrep/v1/evaluate/flags/a%22b`],
  ] as const)("in %s asks for a %s with its default", (language, type, fallback, expected) => {
    expect(code(language, type, fallback)).toContain(expected);
  });

  it("takes the default variant's value, else what does least", () => {
    expect(fallbackOf({ a: "x", b: "y" }, "b")).toBe("y");
    expect(fallbackOf({ a: 1 }, null)).toBe(0);
    expect(fallbackOf({ on: true, off: false }, "off")).toBe(false);
    expect(flagType({ a: { limit: 1 } })).toBe("object");
  });
});
