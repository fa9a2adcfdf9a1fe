import type { StageName } from "../api/types.ts";

/** Stages differ in colour; waiting ones are hatched too, so that colour alone says nothing. */
export const STAGE_COLOR: Readonly<Record<StageName, string>> = {
  coding: "var(--accent)",
  pickup: "var(--warn-mark)",
  review: "var(--signal-2)",
  merge: "var(--signal-4)",
  development: "var(--accent)",
  queue: "var(--signal-3)",
  rollout: "var(--signal-1)",
};

export const STAGE_ORDER: readonly StageName[] = [
  ...(["coding", "pickup", "review", "merge"] as const),
  ...(["development", "queue", "rollout"] as const),
];

export const hatchOf = (stage: StageName) => `url(#hatch-${stage})`;

/** The hatches that `hatchOf` names: once in each drawing. */
export function StageHatches() {
  return (
    <defs>
      {STAGE_ORDER.map((stage) => (
        <pattern
          key={stage}
          id={`hatch-${stage}`}
          width={6}
          height={6}
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width={6} height={6} fill={STAGE_COLOR[stage]} opacity={0.35} />
          <rect width={2.5} height={6} fill={STAGE_COLOR[stage]} />
        </pattern>
      ))}
    </defs>
  );
}
