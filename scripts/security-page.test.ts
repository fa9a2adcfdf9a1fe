import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const PAGE = join(ROOT, "docs", "security.md");
const read = (path: string) => readFileSync(path, "utf8");
const beside = (link: string) => resolve(dirname(PAGE), link);

/** The rows of every table with this head, as cells. */
function rowsUnder(head: string): string[][] {
  return read(PAGE)
    .split(`\n${head}\n`)
    .slice(1)
    .flatMap((after) => {
      const lines = after.split("\n").slice(1);
      const end = lines.findIndex((line) => !line.startsWith("|"));
      return lines.slice(0, end).map((line) =>
        line
          .slice(1, -1)
          .split(" | ")
          .map((cell) => cell.trim()),
      );
    });
}

const rules = rowsUnder("| rule | shown by |");
const limits = rowsUnder("| limit | is | where |");

describe("the threat model", () => {
  it("has rules and limits", () => {
    expect(rules.length).toBeGreaterThan(35);
    expect(limits.length).toBeGreaterThan(20);
  });

  it.each(rules)("names a test that is there for: %s", (_rule, shownBy = "") => {
    const links = [...shownBy.matchAll(/\["([^"]+)"\]\(([^)]+\.test\.ts)\)/g)];

    expect(links.length).toBeGreaterThan(0);
    for (const [, title = "", link = ""] of links) expect(read(beside(link))).toContain(title);
  });

  it.each(limits)("tells the limit that the code has: %s is %s", (name = "", value = "", where = "") => {
    const file = /\(([^)]+)\)/.exec(where)?.[1] ?? "";

    expect(read(beside(file))).toContain(`const ${name.replaceAll("`", "")} = ${value};`);
  });
});
