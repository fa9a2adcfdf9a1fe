import { countOf, formatExactTime } from "../ui/format.ts";
import { columnDays, columnsOf, type DeploymentColumn } from "./deployment-columns.ts";
import type { DeploymentSize } from "./deployment-size.ts";
import { broughtText } from "./opened-deployments.tsx";
import { formatDay, type Scale } from "./scale.ts";
import { MARK_REACH, type MarkKind, MarkShape } from "./timeline-marks.tsx";
import { rowsOf } from "./timeline-rows.ts";

type LaneProps = {
  readonly deployments: readonly DeploymentSize[];
  readonly window: { readonly fromMs: number; readonly toMs: number };
  readonly x: Scale;
  /** Of the lowest row. */
  readonly y: number;
  readonly rowCount: number;
  readonly rowHeight: number;
  readonly onOpen: (open: string) => void;
};

/** A mark for each where all have room, those that failed in the lowest row; else a column for each day or days. */
export function DeploymentLane({ deployments, window, x, y, rowCount, rowHeight, onOpen }: LaneProps) {
  const ranked = deployments.toSorted((a, b) => Number(b.isFailed) - Number(a.isFailed));
  const rows = rowsOf(
    ranked.map(({ atMs }) => ({ from: x(atMs) - MARK_REACH, to: x(atMs) + MARK_REACH })),
    rowCount,
  );
  if (rows.includes(null)) {
    const days = columnDays(window, x(window.toMs) - x(window.fromMs));
    const columns = columnsOf(deployments, window.fromMs, days);
    return <Columns columns={columns} days={days} x={x} y={y} height={rowCount * rowHeight} onOpen={onOpen} />;
  }
  return ranked.map((each, index) => (
    <Deployment
      key={each.id}
      deployment={each}
      x={x(each.atMs)}
      y={y - (rows[index] ?? 0) * rowHeight}
      onOpen={onOpen}
    />
  ));
}

type ColumnsProps = Pick<LaneProps, "x" | "y" | "onOpen"> & {
  readonly columns: readonly DeploymentColumn[];
  readonly days: number;
  readonly height: number;
};

function Columns({ columns, days, x, y, height, onOpen }: ColumnsProps) {
  const most = Math.max(1, ...columns.map(({ count }) => count));
  const tall = (count: number) => (count / most) * height;
  return (
    <>
      <text x={0} y={y - height + 10}>
        {`≤ ${most} ${days === 1 ? "a day" : `in ${days} days`}`}
      </text>
      {columns.map((each) => {
        const left = x(each.fromMs);
        const width = Math.max(1, x(each.toMs) - left - 1);
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: a short way for the mouse; the same is behind the figures
          <g
            key={each.fromMs}
            style={{ cursor: "pointer" }}
            data-testid="deployment-column"
            onClick={() => onOpen(`between:${each.fromMs}-${each.toMs}`)}
          >
            <title>{columnTitle(each, days)}</title>
            <rect x={left} y={y - height} width={width} height={height} fill="transparent" />
            <rect
              x={left}
              y={y - tall(each.count)}
              width={width}
              height={tall(each.count)}
              fill="var(--candidate-arm)"
            />
            <rect x={left} y={y - tall(each.failed)} width={width} height={tall(each.failed)} fill="var(--bad-mark)" />
          </g>
        );
      })}
    </>
  );
}

function columnTitle({ fromMs, toMs, count, failed }: DeploymentColumn, days: number): string {
  const when = days === 1 ? formatDay(fromMs) : `${formatDay(fromMs)} to ${formatDay(toMs - 1)}`;
  return `${when}: ${countOf(count, "deployment")}, ${failed} failed`;
}

type DeploymentProps = {
  readonly deployment: DeploymentSize;
  readonly x: number;
  readonly y: number;
  readonly onOpen: (open: string) => void;
};

/** One of them, or of what took one back. */
export function Deployment({ deployment, x, y, onOpen }: DeploymentProps) {
  const { id, name, atMs, role, isFailed } = deployment;
  const brought = isFailed ? `failed, brought ${broughtText(deployment)}` : broughtText(deployment);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a short way for the mouse; the same is behind the figures
    <g
      transform={`translate(${x} ${y})`}
      style={{ cursor: "pointer" }}
      data-testid="deployment-mark"
      data-kind={looksOf(deployment)}
      onClick={() => onOpen(`deployment:${id}`)}
    >
      <title>{`${name}, ${role === "rollback" ? "took back" : brought}
${formatExactTime(atMs)}`}</title>
      <circle r={MARK_REACH} fill="transparent" />
      <MarkShape kind={looksOf(deployment)} />
    </g>
  );
}

export function looksOf({ role, isFailed, kind }: DeploymentSize): MarkKind {
  if (role === "rollback") return "rollback";
  if (isFailed) return "failed";
  return kind === "flag" ? "flag" : "fine";
}
