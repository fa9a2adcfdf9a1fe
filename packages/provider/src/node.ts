export { SteadfastClient } from "./client.ts";
export type { SteadfastOptions } from "./client-options.ts";
export type { ClientEvaluation } from "./evaluate-snapshot.ts";
export type { ClientState } from "./freshness.ts";
export type { Exposure, RequestOutcome } from "./observation-window.ts";
export type { ObservedRequest, ObserverStatistics } from "./observer.ts";
export { SteadfastProvider } from "./provider.ts";
export { type ClientEvent, type ClientStatus, NothingToServeError } from "./snapshot-keeper.ts";
