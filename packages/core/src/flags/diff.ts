import type { FlagDefinition, Json } from "./definition.ts";
import { pointer } from "./json-measure.ts";
import { isRecord } from "./logic-value.ts";

/** One place that differs. `undefined`: it is not there on that side. */
export type DefinitionChange = {
  /** JSON pointer, `""` for the whole definition. */
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
};

/**
 * What differs between two versions of a definition, at the deepest place that says it: objects by key, arrays by
 * position when they are of one length and as a whole otherwise. Order: as in `after`, what was removed last. O(size).
 */
export function diffDefinitions(
  before: FlagDefinition | undefined,
  after: FlagDefinition,
): readonly DefinitionChange[] {
  const changes: DefinitionChange[] = [];
  collect(before, after, "", changes);
  return changes;
}

function collect(before: Json | undefined, after: Json | undefined, path: string, changes: DefinitionChange[]): void {
  if (before === after) return;
  if (!isRecord(before) || !isRecord(after) || !isSameShape(before, after)) {
    changes.push({ path, before, after });
    return;
  }
  const [old, current] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  for (const key of new Set([...current.keys(), ...old.keys()])) {
    collect(old.get(key), current.get(key), pointer(path, key), changes);
  }
}

/** Of objects the keys may differ; a rule whose operator changed reads better as a whole. */
function isSameShape(before: object, after: object): boolean {
  if (Array.isArray(before) || Array.isArray(after)) {
    return Array.isArray(before) && Array.isArray(after) && before.length === after.length;
  }
  return true;
}
