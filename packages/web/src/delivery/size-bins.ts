import type { DeliveryReport, MeasuredChange } from "../api/types.ts";
import { MEDIAN_N_MIN } from "./figures.ts";

type Sizes = DeliveryReport["sizes"];

/** From opened (or made ready) to merged; `null` where its dates run backwards. */
export function openMs({ pickup, review, merge }: MeasuredChange["stagesMs"]): number | null {
  return pickup === undefined || review === undefined || merge === undefined ? null : pickup + review + merge;
}

/** `up to 10`, `11 – 30`, `more than 1,000`. */
export function linesText({ linesMin, linesMax }: Sizes["bins"][number]): string {
  if (linesMax === null) return `more than ${(linesMin - 1).toLocaleString("en")}`;
  return linesMin === 0 ? `up to ${linesMax}` : `${linesMin} – ${linesMax.toLocaleString("en")}`;
}

/** What the smallest and the largest bins that can be spoken of have to say; `null`: fewer than two can. */
export function smallAgainstLarge({ bins }: Sizes) {
  const spoken = bins.flatMap((bin) =>
    bin.ms.n >= MEDIAN_N_MIN && bin.ms.median !== null ? [{ bin, medianMs: bin.ms.median }] : [],
  );
  const [small] = spoken;
  const large = spoken.at(-1);
  return small === undefined || large === undefined || small === large ? null : { small, large };
}
