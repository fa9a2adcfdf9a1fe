import type { ScopedTold } from "@steadfast/core/delivery/scope";
import type { Principal } from "../http/access-rule.ts";
import { principalActor } from "../http/authenticate.ts";
import type { Recorded } from "./record.ts";
import type { RecordTellings } from "./recorder.ts";

/** Records what a token's holder tells, for protocols that come with a token. */
export function recordToldBy(recordTellings: RecordTellings) {
  return (tellings: readonly ScopedTold[], principal: Principal): Promise<Recorded> =>
    recordTellings(tellings, { actor: principalActor(principal), reason: null });
}
