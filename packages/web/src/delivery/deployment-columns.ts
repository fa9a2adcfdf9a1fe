const DAY_MS = 86_400_000;
/** A column narrower than this cannot be hit. */
const COLUMN_PIXELS_MIN = 5;

type Deployment = { readonly atMs: number; readonly isFailed: boolean };

/** Deployments of some days, where there are too many for a mark each. */
export type DeploymentColumn = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
  readonly failed: number;
};

/** Whole days a column, so many that it can be hit. */
export function columnDays(window: { readonly fromMs: number; readonly toMs: number }, pixels: number): number {
  return Math.max(1, Math.ceil((COLUMN_PIXELS_MIN * (window.toMs - window.fromMs)) / DAY_MS / Math.max(1, pixels)));
}

/** Those columns of a window that have deployments, by time. */
export function columnsOf(
  deployments: readonly Deployment[],
  fromMs: number,
  days: number,
): readonly DeploymentColumn[] {
  const widthMs = days * DAY_MS;
  const groups = Map.groupBy(deployments, ({ atMs }) => Math.floor((atMs - fromMs) / widthMs));
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([index, inside]) => ({
      fromMs: fromMs + index * widthMs,
      toMs: fromMs + (index + 1) * widthMs,
      count: inside.length,
      failed: inside.filter(({ isFailed }) => isFailed).length,
    }));
}
