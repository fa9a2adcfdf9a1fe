import type { components, paths } from "./api-types.ts";

/** The names by which the rest of `cli/` knows the API's types; generated from the contract that the server publishes. */

type Schemas = components["schemas"];

export type Paths = paths;
export type Flag = Schemas["Flag"];
export type FlagState = Schemas["FlagState"];
export type FlagDefinition = Schemas["FlagDefinition"];
export type FlagVersion = Schemas["FlagVersion"];
export type FlagChange = Schemas["FlagChange"];
export type WriteFlagBody = Schemas["WriteFlagInput"];
export type CreateTokenBody = Schemas["CreateTokenInput"];
export type CreatedToken = Schemas["CreatedToken"];
export type Rollout = Schemas["Rollout"];
export type RolloutStateName = Schemas["RolloutStateName"];
export type RolloutDecision = Schemas["Decision"];
export type DecisionRecord = Schemas["DecisionRecord"];
export type SignalReading = Schemas["SignalReading"];
export type Stage = Schemas["Stage"];
export type TelemetrySummary = Schemas["TelemetrySummary"];
export type StageInput = Schemas["StageSpecInput"];
export type GuardInput = Schemas["GuardSpecInput"];
export type ServiceReport = Schemas["DeliveryReport"];
export type RolloutPreview = Schemas["RolloutPreview"];
export type StartRolloutBody = Schemas["StartRolloutInput"];
