const INDENT = "  ";
const WIDTH = 88;

/** JSON for people: what fits into the width stands on one line, so that a rule is read as a rule. */
export function formatJson(value: unknown, width = WIDTH): string {
  return written(value, "", 0, width);
}

/** A flag's definition: its fields always stand on lines of their own, so that two of them can be compared. */
export function formatDefinition(definition: unknown): string {
  if (typeof definition !== "object" || definition === null || Array.isArray(definition)) return formatJson(definition);
  const fields = Object.entries(definition).map(([key, field]) => {
    const name = `${JSON.stringify(key)}: `;
    return INDENT + name + written(field, INDENT, name.length, WIDTH);
  });
  return fields.length === 0 ? "{}" : `{\n${fields.join(",\n")}\n}`;
}

/** @param used characters that stand before it on its line */
function written(value: unknown, indent: string, used: number, width: number): string {
  const line = onOneLine(value);
  if (typeof value !== "object" || value === null || indent.length + used + line.length <= width) return line;
  const inner = indent + INDENT;
  if (Array.isArray(value)) {
    const elements = value.map((element) => inner + written(element, inner, 0, width));
    return elements.length === 0 ? "[]" : `[\n${elements.join(",\n")}\n${indent}]`;
  }
  const fields = Object.entries(value).map(([key, field]) => {
    const name = `${JSON.stringify(key)}: `;
    return inner + name + written(field, inner, name.length, width);
  });
  return fields.length === 0 ? "{}" : `{\n${fields.join(",\n")}\n${indent}}`;
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([key, field]) => `${JSON.stringify(key)}: ${onOneLine(field)}`);
    return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
  }
  return JSON.stringify(value) ?? "null";
}
