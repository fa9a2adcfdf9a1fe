import { usageError } from "../cli-error.ts";
import { parseDuration } from "../read-input.ts";
import type { StageInput } from "../types.ts";

const EXAMPLE = "'1%,+20pp,60s': share, the rise of the failure rate it must catch, time at least";

/**
 * A stage in one word: `SHARE%[,+RISEpp][,DURATION]`, parts after the share in any order.
 * `10%,+2pp,2m` is a share of 0.1 that promises to catch +2 percentage points and lasts two minutes at least.
 *
 * @throws {CliError} exit code 2, naming the part.
 */
export function parseStage(text: string): StageInput {
  const [shareText = "", ...parts] = text.split(",").map((part) => part.trim());
  const share = parsePercent(/^(.+?)\s*%$/.exec(shareText)?.[1]);
  if (share === undefined) throw stageError(text, `"${shareText}" is not a share such as 1%`);

  let catches: StageInput["catches"];
  let minSeconds: number | undefined;
  for (const part of parts) {
    const rise = parsePercent(/^\+(.+?)\s*(?:pp|points?)$/.exec(part)?.[1]);
    const seconds = parseDuration(part);
    if (rise !== undefined && catches === undefined) catches = { failureRate: rise };
    else if (seconds !== undefined && minSeconds === undefined) minSeconds = seconds;
    else throw stageError(text, `"${part}" is neither a rise such as +2pp nor a duration such as 60s, or given twice`);
  }
  return {
    share,
    ...(catches === undefined ? {} : { catches }),
    ...(minSeconds === undefined ? {} : { minSeconds }),
  };
}

/** The stage as `parseStage` reads it, digit for digit. */
export function formatStage(stage: StageInput): string {
  return [
    `${percentDigits(stage.share ?? 0)}%`,
    ...(stage.catches === undefined || stage.catches === null
      ? []
      : [`+${percentDigits(stage.catches.failureRate)}pp`]),
    ...(stage.minSeconds === undefined ? [] : [`${stage.minSeconds}s`]),
  ].join(",");
}

/** "0.7" → 0.007: shifted in decimal, since 0.7 / 100 is another number. */
function parsePercent(digits: string | undefined): number | undefined {
  if (digits === undefined || !/^(\d{1,3})(\.\d{1,30})?$/.test(digits)) return undefined;
  const ratio = Number(`${digits}e-2`);
  return ratio <= 1 ? ratio : undefined;
}

function percentDigits(ratio: number): string {
  const [mantissa = "0", exponent = "0"] = String(ratio).split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  const digits = whole + fraction;
  const point = whole.length + Number(exponent) + 2;
  const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0");
  const at = Math.max(point, 1);
  const rest = padded.slice(at).replace(/0+$/, "");
  const head = padded.slice(0, at).replace(/^0+(?=\d)/, "");
  return rest === "" ? head : `${head}.${rest}`;
}

function stageError(text: string, why: string): Error {
  return usageError(`--stage "${text}": ${why}.`, `Write it like ${EXAMPLE}.`);
}
