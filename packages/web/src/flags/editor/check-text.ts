import type { FlagCheck } from "../../api/types.ts";

/** What is known of a text that is being written. */
export type CheckedText =
  | { readonly text: string; readonly kind: "syntax"; readonly message: string; readonly position: number }
  | { readonly text: string; readonly kind: "checked"; readonly definition: unknown; readonly check: FlagCheck }
  | { readonly text: string; readonly kind: "unreachable"; readonly message: string };

/** Reads the text as JSON, then asks the server, whose rules are those of writing. */
export async function checkText(text: string, ask: (definition: unknown) => Promise<FlagCheck>): Promise<CheckedText> {
  let definition: unknown;
  try {
    definition = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : "This is not JSON";
    return { text, kind: "syntax", message: syntaxMessage(message), position: positionIn(message, text) };
  }
  try {
    return { text, kind: "checked", definition, check: await ask(definition) };
  } catch (error) {
    return { text, kind: "unreachable", message: error instanceof Error ? error.message : String(error) };
  }
}

/** Engines name the place in their own words; without one it is the end, where most is missing. */
function positionIn(message: string, text: string): number {
  const position = /position (\d+)/.exec(message)?.[1];
  return position === undefined ? text.length : Math.min(Number(position), text.length);
}

function syntaxMessage(message: string): string {
  const words = message.replace(/ in JSON at position .*$/s, "").replace(/,? ".*" is not valid JSON$/s, "");
  return `This is not JSON: ${words.charAt(0).toLowerCase()}${words.slice(1)}.`;
}
