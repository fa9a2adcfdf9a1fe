import type { StreamState } from "./event-stream.ts";

/** How far what is shown can be trusted to be of this moment. */
export type Freshness = {
  readonly state: StreamState;
  /** By this machine's clock; `null`: nothing was heard yet. */
  readonly lastMessageAtMs: number | null;
};

export const NOT_HEARD: Freshness = { state: "connecting", lastMessageAtMs: null };
