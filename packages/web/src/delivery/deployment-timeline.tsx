import type { DeliveryReport } from "../api/types.ts";
import { countOf, formatExactTime } from "../ui/format.ts";
import { ChartFrame } from "./chart-frame.tsx";
import { deploymentLane, deploymentMark, looksOf } from "./deployment-lane.tsx";
import { type DeploymentSize, deploymentSizes } from "./deployment-size.ts";
import { guardMarks, markedDecisions } from "./guard-lane.tsx";
import { heldText } from "./held.ts";
import { type Mark, Marks } from "./marks.tsx";
import { type HrefOf, OpenLink, useOpenHref } from "./open-link.tsx";
import { formatDay, linearScale, type Scale, timeTicks } from "./scale.ts";
import { type MarkKind, MarkLegend } from "./timeline-marks.tsx";

const HEIGHT = 172;
const LEFT = 84;
const RIGHT = 12;
const TICK_PIXELS = 90;
/** Of marks that would hide each other. */
const ROWS = 3;
const ROW_HEIGHT = 11;

/** From the top: what went out, what was taken back, what hurt, what the guard decided. Rows grow upwards from `y`. */
const LANES = {
  deployments: { name: "deployments", y: 34 },
  rollbacks: { name: "rollbacks", y: 60 },
  incidents: { name: "incidents", y: 84 },
  guard: { name: "the guard", y: 130 },
} as const;

/** When something reached users, which of it failed, what was taken back, and what hurt meanwhile. */
export function DeploymentTimeline({ report }: { report: DeliveryReport }) {
  const { incidents, guardDecisions, totals, window } = report;
  const deployments = deploymentSizes(report);
  const hrefOf = useOpenHref();
  const failed = deployments.filter((each) => each.isFailed).length;
  const rollbacks = deployments.filter(isRollback).length;
  return (
    <ChartFrame
      title="Deployments"
      note={
        <>
          <OpenLink open="deployments">{heldText(deployments.length, totals.deployments, "deployment")}</OpenLink>,{" "}
          <OpenLink open="failures">{failed} failed</OpenLink>, {countOf(rollbacks, "rollback")},{" "}
          <OpenLink open="incidents">{heldText(incidents.length, totals.incidents, "incident")}</OpenLink>,{" "}
          <OpenLink open="guard">
            {heldText(guardDecisions.length, totals.guardDecisions, "decision")} of the guard
          </OpenLink>
        </>
      }
      height={HEIGHT}
      description={`${countOf(deployments.length, "deployment")}, ${failed} of them failed; ${countOf(rollbacks, "rollback")}; ${countOf(incidents.length, "incident")}; ${countOf(guardDecisions.length, "decision")} of the guard.`}
      legend={<Legends deployments={deployments} report={report} />}
    >
      {(width) => {
        const x = linearScale([window.fromMs, window.toMs], [LEFT, width - RIGHT]);
        const rows = { rowCount: ROWS, rowHeight: ROW_HEIGHT };
        const shipped = deployments.filter((each) => !isRollback(each));
        const lane = deploymentLane({ deployments: shipped, window, x, y: LANES.deployments.y, ...rows, hrefOf });
        const marks: Mark[][] = [
          lane.marks,
          deployments.filter(isRollback).map((each) => deploymentMark(each, x(each.atMs), LANES.rollbacks.y, hrefOf)),
          incidents.map((each) => incidentMark(each, x, window.toMs, hrefOf)),
          guardMarks({ decisions: guardDecisions, x, y: LANES.guard.y, ...rows }),
        ];
        return (
          <>
            <g aria-hidden>
              <Axes window={window} x={x} width={width} />
              <text x={0} y={LANES.deployments.y - ROWS * ROW_HEIGHT + 10}>
                {lane.scale}
              </text>
            </g>
            <Marks marks={marks.flatMap((inLane, lane) => inLane.map((mark) => ({ ...mark, lane })))} />
          </>
        );
      }}
    </ChartFrame>
  );
}

type AxesProps = { readonly window: DeliveryReport["window"]; readonly x: Scale; readonly width: number };

function Axes({ window, x, width }: AxesProps) {
  const ticks = timeTicks([window.fromMs, window.toMs], Math.max(2, Math.floor((width - LEFT) / TICK_PIXELS)));
  return (
    <>
      {Object.values(LANES).map(({ name, y }) => (
        <g key={name}>
          <text x={0} y={y + 4}>
            {name}
          </text>
          <line x1={LEFT} x2={width} y1={y} y2={y} stroke="var(--line)" />
        </g>
      ))}
      {ticks.map((tick) => (
        <text key={tick} x={x(tick)} y={HEIGHT - 6} textAnchor="middle">
          {formatDay(tick)}
        </text>
      ))}
    </>
  );
}

function isRollback({ role }: DeploymentSize): boolean {
  return role === "rollback";
}

const LEGENDS: readonly (readonly [MarkKind, string])[] = [
  ["fine", "reached users"],
  ["flag", "a flag's rollout"],
  ["failed", "failed"],
  ["rollback", "took back"],
  ["incident", "incident"],
  ["completed", "the guard completed it"],
  ["advanced", "the guard went on"],
  ["froze", "the guard froze it"],
];

/** Of what is drawn. One shape says "took back" in both lanes. */
function Legends({ deployments, report }: { deployments: readonly DeploymentSize[]; report: DeliveryReport }) {
  const shown = new Set<MarkKind>(deployments.map(looksOf));
  if (report.incidents.length > 0) shown.add("incident");
  for (const { did } of markedDecisions(report.guardDecisions)) shown.add(did === "rolled back" ? "rollback" : did);
  return LEGENDS.filter(([kind]) => shown.has(kind)).map(([kind, words]) => (
    <MarkLegend key={kind} kind={kind}>
      {words}
    </MarkLegend>
  ));
}

type Incident = DeliveryReport["incidents"][number];

function incidentMark(incident: Incident, x: Scale, toMs: number, hrefOf: HrefOf): Mark {
  const { id, title, detectedAtMs, resolvedAtMs } = incident;
  const isOpen = resolvedAtMs === null;
  const left = x(detectedAtMs);
  const width = Math.max(6, x(resolvedAtMs ?? toMs) - left);
  return {
    ...{ key: `incident ${id}`, at: detectedAtMs, href: hrefOf("incidents") },
    text: `Incident: ${title}${isOpen ? ", still open" : ""}\n${formatExactTime(detectedAtMs)}`,
    drawing: (
      <rect
        {...{ x: left, y: LANES.incidents.y - 5, width, height: 10, rx: 3, fill: "var(--bad-mark)" }}
        opacity={isOpen ? 1 : 0.75}
      />
    ),
  };
}
