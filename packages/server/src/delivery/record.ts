import type { ScopedTold } from "@steadfast/core/delivery/scope";
import { serialiseWrites } from "../db/serialise-writes.ts";
import type { Provenance, StreamAppend } from "../journal/event.ts";
import type { Journal } from "../journal/journal.ts";
import { deliveryStream, deliveryTold } from "./events.ts";
import { onlyNew, tellingKey } from "./tellings.ts";

/** Tellings in one event of the journal: about 50 kB at 400 bytes each, so that a page of 500 events stays below 30 MB. */
const TELLINGS_PER_EVENT_MAX = 128;

export type Recorded = {
  /** Stored now. */
  readonly recorded: number;
  /** Told before, under the same message id. */
  readonly duplicates: number;
};

export type TellingRequest = { readonly tellings: readonly ScopedTold[]; readonly provenance: Provenance };

/** A telling and whose it is. Within a request the later of two under the same message id holds, among requests the earlier. */
type Claim = { readonly telling: ScopedTold; readonly request: number };

/**
 * Writes what several requests tell into the journal in one transaction, each message once. Those of the same actor share events.
 *
 * @returns for each of the requests, in their order
 */
export async function recordTogether(
  journal: Journal,
  requests: readonly TellingRequest[],
): Promise<readonly Recorded[]> {
  const claims = claimsOf(requests);
  const actors = requests.map(({ provenance }) => JSON.stringify(provenance));
  const recorded = await journal.transaction(async (trx, append) => {
    await serialiseWrites(trx);
    const fresh = await onlyNew(trx, claims);
    for (const ofActor of Map.groupBy(fresh, ({ request }) => actors[request]).values()) {
      const provenance = requests[ofActor[0]?.request ?? 0]?.provenance;
      if (provenance === undefined) continue;
      const bySource = Map.groupBy(
        ofActor.map(({ telling }) => telling),
        ({ source }) => source,
      );
      await append([...bySource].map(appendTold), provenance);
    }
    const counts = requests.map(() => 0);
    for (const { request } of fresh) counts[request] = (counts[request] ?? 0) + 1;
    return counts;
  });
  return requests.map(({ tellings }, index) => {
    const count = recorded[index] ?? 0;
    return { recorded: count, duplicates: tellings.length - count };
  });
}

/** Of each message once, in the order in which they came. */
function claimsOf(requests: readonly TellingRequest[]): readonly Claim[] {
  const claims = new Map<string, Claim>();
  for (const [request, { tellings }] of requests.entries()) {
    for (const telling of tellings) {
      const key = tellingKey(telling);
      const claimed = claims.get(key)?.request ?? request;
      if (claimed === request) claims.set(key, { telling, request });
    }
  }
  return [...claims.values()];
}

/** Facts decide nothing: they are added, whatever was told before. */
function appendTold([source, tellings]: readonly [string, readonly ScopedTold[]]): StreamAppend {
  return {
    stream: deliveryStream(source),
    expectedVersion: "any",
    events: inPortions(tellings).map(deliveryTold),
  };
}

function inPortions(tellings: readonly ScopedTold[]): ScopedTold[][] {
  const portions: ScopedTold[][] = [];
  for (let start = 0; start < tellings.length; start += TELLINGS_PER_EVENT_MAX)
    portions.push(tellings.slice(start, start + TELLINGS_PER_EVENT_MAX));
  return portions;
}
