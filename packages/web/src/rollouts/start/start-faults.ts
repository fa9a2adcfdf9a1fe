import { useEffect } from "react";
import { type Faults, toFormPath } from "./draft.ts";
import { sayPlainly } from "./forecast-words.ts";
import type { RolloutPreview } from "./start-queries.ts";

/** Said only once somebody wants to start: before, it is not wrong, only not there yet. */
const REQUIRED: ReadonlySet<string> = new Set(["/flag", "/candidate", "/reason"]);

export function withReason(faults: Faults, reason: string): Faults {
  if (reason.trim()) return faults;
  return new Map([
    ...faults,
    ["/reason", "Say why, in a few words: it stands in the journal for those who come after."],
  ]);
}

/** What is shown beside the fields: of the form itself, of the preview, of a refused start. */
export function shownFaults(
  local: Faults,
  isAttempted: boolean,
  preview: RolloutPreview | undefined,
  refused: Faults | undefined,
  flagError: Error | null,
): Faults {
  const told =
    preview?.refusals.flatMap(({ path, sentence }) =>
      path === null ? [] : [[toFormPath(path), sayPlainly(sentence)] as const],
    ) ?? [];
  return new Map([
    ...(flagError ? [["/flag", flagError.message] as const] : []),
    ...told,
    ...[...local].filter(([path]) => isAttempted || !REQUIRED.has(path)),
    ...(refused ?? []),
  ]);
}

/** After a refusal the first field that is wrong has the focus. */
export function useFocusOnFault(form: { readonly current: HTMLFormElement | null }, refusal: object | undefined): void {
  useEffect(() => {
    if (refusal) focusFirstFault(form.current);
  }, [refusal, form]);
}

export function focusFirstFault(form: HTMLFormElement | null): void {
  form?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
}
