import { countOf, formatExactTime } from "../ui/format.ts";
import { columnDays, columnsOf, type DeploymentColumn } from "./deployment-columns.ts";
import type { DeploymentSize } from "./deployment-size.ts";
import type { Mark } from "./marks.tsx";
import type { HrefOf } from "./open-link.tsx";
import { broughtText } from "./opened-deployments.tsx";
import { formatDay, type Scale } from "./scale.ts";
import { MARK_REACH, type MarkKind, MarkShape } from "./timeline-marks.tsx";
import { rowsOf } from "./timeline-rows.ts";

type Lane = {
  readonly deployments: readonly DeploymentSize[];
  readonly window: { readonly fromMs: number; readonly toMs: number };
  readonly x: Scale;
  /** Of the lowest row. */
  readonly y: number;
  readonly rowCount: number;
  readonly rowHeight: number;
  readonly hrefOf: HrefOf;
};

/** A mark for each where all have room, those that failed in the lowest row; else a column for each day or days, and how many the highest stands for. */
export function deploymentLane(lane: Lane): { readonly marks: Mark[]; readonly scale: string | null } {
  const { deployments, x, y, rowCount, rowHeight, hrefOf } = lane;
  const ranked = deployments.toSorted((a, b) => Number(b.isFailed) - Number(a.isFailed));
  const rows = rowsOf(
    ranked.map(({ atMs }) => ({ from: x(atMs) - MARK_REACH, to: x(atMs) + MARK_REACH })),
    rowCount,
  );
  if (rows.includes(null)) return columnsLane(lane);
  const marks = ranked.map((each, index) =>
    deploymentMark(each, x(each.atMs), y - (rows[index] ?? 0) * rowHeight, hrefOf),
  );
  return { marks: marks.toSorted((a, b) => a.at - b.at), scale: null };
}

function columnsLane({
  deployments,
  window,
  x,
  y,
  rowCount,
  rowHeight,
  hrefOf,
}: Lane): ReturnType<typeof deploymentLane> {
  const days = columnDays(window, x(window.toMs) - x(window.fromMs));
  const columns = columnsOf(deployments, window.fromMs, days);
  const most = Math.max(1, ...columns.map(({ count }) => count));
  const height = rowCount * rowHeight;
  const tall = (count: number) => (count / most) * height;
  const marks = columns.map((each) => {
    const { fromMs, toMs, count, failed } = each;
    const box = { x: x(fromMs), width: Math.max(1, x(toMs) - x(fromMs) - 1) };
    return {
      ...{ key: `days ${fromMs}`, at: fromMs, text: columnText(each, days), href: hrefOf(`between:${fromMs}-${toMs}`) },
      drawing: (
        <g data-testid="deployment-column">
          <rect {...box} y={y - height} height={height} fill="transparent" />
          <rect {...box} y={y - tall(count)} height={tall(count)} fill="var(--candidate-arm)" />
          <rect {...box} y={y - tall(failed)} height={tall(failed)} fill="var(--bad-mark)" />
        </g>
      ),
    };
  });
  return { marks, scale: `≤ ${most} ${days === 1 ? "a day" : `in ${days} days`}` };
}

function columnText({ fromMs, toMs, count, failed }: DeploymentColumn, days: number): string {
  const when = days === 1 ? formatDay(fromMs) : `${formatDay(fromMs)} to ${formatDay(toMs - 1)}`;
  return `${when}: ${countOf(count, "deployment")}, ${failed} failed`;
}

/** One of them, or of what took one back. */
export function deploymentMark(deployment: DeploymentSize, x: number, y: number, hrefOf: HrefOf): Mark {
  const { id, name, atMs, role, isFailed } = deployment;
  const brought = isFailed ? `failed, brought ${broughtText(deployment)}` : broughtText(deployment);
  return {
    ...{ key: `deployment ${id}`, at: atMs, href: hrefOf(`deployment:${id}`) },
    text: `${name}, ${role === "rollback" ? "took back" : brought}\n${formatExactTime(atMs)}`,
    drawing: (
      <g transform={`translate(${x} ${y})`} data-testid="deployment-mark" data-kind={looksOf(deployment)}>
        <circle r={MARK_REACH} fill="transparent" />
        <MarkShape kind={looksOf(deployment)} />
      </g>
    ),
  };
}

export function looksOf({ role, isFailed, kind }: DeploymentSize): MarkKind {
  if (role === "rollback") return "rollback";
  if (isFailed) return "failed";
  return kind === "flag" ? "flag" : "fine";
}
