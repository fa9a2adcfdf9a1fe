import type { DeliveryReport, MeasuredDeployment } from "../api/types.ts";

/** Sizes are powers of two: most deployments are small, and the few large ones matter most. */
export const BATCH_BINS = [
  { label: "1", most: 1 },
  { label: "2", most: 2 },
  { label: "3–4", most: 4 },
  { label: "5–8", most: 8 },
  { label: "9–16", most: 16 },
  { label: "17–32", most: 32 },
  { label: "33–64", most: 64 },
  { label: "65+", most: Number.POSITIVE_INFINITY },
] as const;

const LARGEST = BATCH_BINS[BATCH_BINS.length - 1] ?? BATCH_BINS[0];

/** @param size at least 1 */
export function binOf(size: number): (typeof BATCH_BINS)[number] {
  return BATCH_BINS.find(({ most }) => size <= most) ?? LARGEST;
}

/** `1 change`, `3–4 changes`. @param label of a bin */
export function ofChangesText(label: string): string {
  return label === "1" ? "1 change" : `${label} changes`;
}

export type DeploymentSize = MeasuredDeployment & {
  /** Commits where they are known, else pull requests; 0: nobody told, or it brought none. */
  readonly size: number;
  readonly unit: "commit" | "pull request";
};

export function deploymentSizes({ deployments }: DeliveryReport): DeploymentSize[] {
  return deployments.map((each) => {
    if (each.nonMerge > 0) return { ...each, size: each.nonMerge, unit: "commit" };
    return { ...each, size: each.changes, unit: "pull request" };
  });
}
