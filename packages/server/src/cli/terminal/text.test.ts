import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aboutText, agoText, durationText, oddsText, percentText } from "./figures.ts";
import { createPaint, PLAIN } from "./paint.ts";
import { renderTable } from "./table.ts";
import { cut, cutStyled, plain, widthOfText, wrap } from "./text.ts";

describe("text", () => {
  it("never grows beyond the width it is cut to, whatever is in it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 0, max: 30 }), (text, width) => {
        expect(widthOfText(cut(plain(text), width))).toBeLessThanOrEqual(width);
        for (const line of wrap(plain(text), Math.max(2, width))) {
          expect(widthOfText(line)).toBeLessThanOrEqual(Math.max(2, width));
        }
      }),
    );
  });

  it("keeps the styles whole when styled text is cut", () => {
    const paint = createPaint(true);
    const line = `${paint("red", "evidence")} of ${paint("bold", "harm")}`;

    const short = cutStyled(line, 10);

    expect(stripVTControlCharacters(short)).toBe("evidence …");
    expect(short.endsWith("\u001b[22m")).toBe(true);
  });

  it("gives emoji and East Asian characters two columns", () => {
    expect(widthOfText("a猫🚀")).toBe(5);
  });
});

describe("renderTable", () => {
  it("takes what is too much from the flexible columns only", () => {
    const rows = [{ key: "a-rather-long-flag-key-of-somebody", id: "rol_01M7Y4JK8M2Z7HW799Y1" }];
    const columns = [
      { title: "FLAG", text: (row: (typeof rows)[number]) => row.key, isFlexible: true },
      { title: "ID", text: (row: (typeof rows)[number]) => row.id },
    ];

    const lines = renderTable(rows, columns, { width: 40, paint: PLAIN });

    expect(lines[1]).toBe("a-rather-long…  rol_01M7Y4JK8M2Z7HW799Y1");
  });
});

describe("figures", () => {
  const spaced = (text: string) => text.replaceAll("\u00a0", " ");

  it.each([
    [percentText(0), "0 %"],
    [percentText(0.00123), "0.12 %"],
    [percentText(0.5), "50 %"],
    [percentText(0.000_000_1), "<0.001 %"],
    [durationText(59.6), "1 min"],
    [durationText(3_725), "1 h 2 min"],
    [aboutText(118), "about 2 min"],
    [oddsText(Math.log(1_000)), "1,000 : 1"],
    [oddsText(Math.log(0.2)), "1 : 5"],
    [oddsText(690), "10^299 : 1"],
    [oddsText(0), "1 : 1"],
    [agoText("2026-11-21T11:00:00Z", Date.parse("2026-11-21T12:00:00Z")), "1 h ago"],
  ])("writes %j", (text, wanted) => {
    expect(spaced(text)).toBe(wanted);
  });
});
