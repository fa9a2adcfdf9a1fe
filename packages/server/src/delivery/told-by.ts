import type { ScopedTold } from "@steadfast/core/delivery/scope";
import type { Principal } from "../http/access-rule.ts";
import { principalActor } from "../http/authenticate.ts";
import type { Journal } from "../journal/journal.ts";
import { type Recorded, recordTellings } from "./record.ts";

/** Records what a token's holder tells, for protocols that come with a token. */
export function recordToldBy(journal: Journal) {
  return (tellings: readonly ScopedTold[], principal: Principal): Promise<Recorded> =>
    recordTellings(journal, tellings, { actor: principalActor(principal), reason: null });
}
