import type { DefinitionFault } from "./definition.ts";
import { FAULTS_MAX, QUOTED_LENGTH_MAX } from "./limits.ts";

/** Collects faults up to a bound: a hostile input cannot make the answer larger than itself. */
export class FaultList {
  readonly #faults: DefinitionFault[] = [];

  add(path: string, message: string): void {
    if (this.#faults.length < FAULTS_MAX) this.#faults.push({ path, message });
  }

  get isFull(): boolean {
    return this.#faults.length >= FAULTS_MAX;
  }

  get isEmpty(): boolean {
    return this.#faults.length === 0;
  }

  get all(): readonly DefinitionFault[] {
    return this.#faults;
  }
}

/** One sentence for a definition that is refused. A fault's message is a predicate: its place is the subject. */
export function sayFaults(faults: readonly DefinitionFault[]): string {
  const [first] = faults;
  const count = faults.length === 1 ? "a fault" : `${faults.length} faults`;
  return `The definition has ${count}: ${first ? `${first.path || "it"} ${first.message}` : ""}`;
}

/** A name as it stands in a message: quoted, and cut when long. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > QUOTED_LENGTH_MAX ? `${name.slice(0, QUOTED_LENGTH_MAX)}…` : name);
}

/** What a value is, in words. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
