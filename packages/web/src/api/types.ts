import type { components } from "./api-types.ts";

/** The words of the contract that the pages use, each under its own name. */
export type Schemas = components["schemas"];

export type Me = Schemas["Me"];
export type Environment = Schemas["Environment"];
export type Rollout = Schemas["Rollout"];
export type RolloutStateName = Schemas["RolloutStateName"];
export type Stage = Schemas["Stage"];
export type SignalReading = Schemas["SignalReading"];
export type ArmReading = Schemas["ArmReading"];
export type Decision = Schemas["Decision"];
export type DecisionRecord = Schemas["DecisionRecord"];
export type DecisionPage = Schemas["DecisionPage"];
export type RolloutSeries = Schemas["RolloutSeries"];
export type Verdict = Decision["verdict"];
export type Flag = Schemas["Flag"];
export type FlagState = Schemas["FlagState"];
export type FlagDefinition = Schemas["FlagDefinition"];
export type FlagVersion = Schemas["FlagVersion"];
export type FlagEvaluation = Schemas["FlagEvaluation"];
export type FlagCheck = Schemas["FlagCheck"];
export type JournalEvent = Schemas["Event"];
export type Token = Schemas["Token"];
export type CreatedToken = Schemas["CreatedToken"];
export type About = Schemas["About"];
export type TelemetrySummary = Schemas["TelemetrySummary"];
export type InstanceList = Schemas["InstanceList"];
export type DeliveryReport = Schemas["DeliveryReport"];
export type StageName = Schemas["DeliveryStageName"];
export type MeasuredChange = Schemas["MeasuredChange"];
export type MeasuredDeployment = Schemas["MeasuredDeployment"];
export type FlakyTest = Schemas["FlakyTest"];
export type OpenChange = Schemas["OpenChange"];
export type DeliveryTarget = Schemas["DeliveryTarget"];
export type DeliverySource = Schemas["DeliverySource"];
export type ConnectedSource = Schemas["ConnectedSource"];
export type Service = Schemas["Service"];
