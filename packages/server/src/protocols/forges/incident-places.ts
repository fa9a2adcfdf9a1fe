import { readIncidentLabel } from "@steadfast/core/delivery/incident-label";
import { type ScopedTold, WHERE_IT_RUNS } from "@steadfast/core/delivery/scope";
import { environmentOf } from "./environment-of.ts";

type IncidentTold = Extract<ScopedTold, { kind: "incident" }>;

/** Where an issue with these labels is an incident; empty: it is none. */
export function incidentPlaces(labels: readonly string[]): readonly string[] {
  const found = labels.flatMap((label) => readIncidentLabel(label) ?? []);
  const named = found.flatMap(({ environment }) => (environment === null ? [] : [environmentOf(environment)]));
  if (named.length > 0) return [...new Set(named)].sort();
  return found.length > 0 ? [WHERE_IT_RUNS] : [];
}

/** A message tells of one thing once: where it tells of it in several places, each has an id of its own. */
export function toldIn(places: readonly string[], told: Omit<IncidentTold, "environment">): ScopedTold[] {
  return places.map((environment, index) => ({
    ...{ ...told, environment, messageId: index === 0 ? told.messageId : `${told.messageId} ${environment}` },
  }));
}

/** Right before it is told of elsewhere: where both places are read as one, it is not taken back. */
export function leaving<Telling extends { readonly messageId: string; readonly atMs: number }>(telling: Telling) {
  return { ...telling, messageId: `${telling.messageId} left`, atMs: telling.atMs - 1 };
}
