import type { ChangeFailRate } from "@steadfast/core/delivery/report";
import type { Paint } from "../terminal/paint.ts";
import { renderTable } from "../terminal/table.ts";
import { cut, plain } from "../terminal/text.ts";
import { howText, spanText } from "./wording.ts";

const SHOWN_MAX = 8;

/** The failed releases, the latest first, with the reason to think so. */
export function failureLines(
  { links, unlinked }: ChangeFailRate,
  view: { readonly paint: Paint; readonly width: number },
): readonly string[] {
  if (links.length === 0 && unlinked.length === 0) return [];
  const shown = [...links].reverse().slice(0, SHOWN_MAX);
  const table = renderTable(
    shown,
    [
      {
        title: "FAILED",
        text: ({ release }) => release,
        style: (_link, text) => view.paint("red", text),
        isFlexible: true,
      },
      { title: "HOW IT IS KNOWN", text: ({ failedBy, certainty }) => `${howText(failedBy)} (${certainty})` },
      {
        title: "MENDED BY",
        text: ({ recoveredBy, recoveryMs }) => recoveredBy ?? (recoveryMs === null ? "open" : "resolved"),
        isFlexible: true,
      },
      { title: "AFTER", text: ({ recoveryMs, openForMs }) => spanText(recoveryMs ?? openForMs ?? 0), align: "right" },
      { title: "EVIDENCE", text: ({ evidence }) => evidence, isFlexible: true },
    ],
    view,
  );
  const more = links.length - shown.length;
  return [
    ...(shown.length === 0 ? [] : table),
    ...(more > 0 ? [view.paint("dim", `and ${more} more: --json or --csv lists all`)] : []),
    ...unlinked
      .slice(0, 3)
      .map(({ evidence, why }) => view.paint("dim", cut(plain(`unlinked: ${evidence} (${why})`), view.width))),
  ];
}
