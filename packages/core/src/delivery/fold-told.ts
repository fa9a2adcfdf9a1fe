import { FactFold } from "./fact-fold.ts";
import type { DeliveryFacts } from "./facts.ts";
import type { Told } from "./told.ts";

/**
 * The facts that a set of tellings amounts to. The order of the tellings does not matter, and a message that is told twice counts once: of what was said about a
 * subject, the latest by `atMs` holds, field by field (`merge-told.ts` says what holds within one moment, and that a merge is final); reviews and commits add up, and
 * of several beginnings (opened, detected) the earliest holds. What a push lets one guess of a commit gives way to what is told of it.
 *
 * A fact needs the least that its figures need: a deployment a service, an incident a start, a run a revision. What has not got that yet is left out until it is told, and so is an
 * incident that was retracted.
 *
 * Pure. O(n log n) in the tellings.
 */
export function foldTold(tellings: readonly Told[]): Omit<DeliveryFacts, "sources"> {
  const fold = new FactFold();
  for (const telling of tellings) fold.add(telling);
  return fold.facts();
}
