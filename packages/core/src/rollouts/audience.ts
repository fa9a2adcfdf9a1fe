import type { Json } from "../flags/definition.ts";
import type { RolloutStage } from "./plan.ts";

/** The audiences of stages as one condition, as it is published; `null` when there is none. */
export function joinAudiences(stages: readonly RolloutStage[]): Json | null {
  const audiences = stages.flatMap((stage) => (stage.audience === null ? [] : [stage.audience]));
  return audiences.length > 1 ? { or: audiences } : (audiences[0] ?? null);
}
