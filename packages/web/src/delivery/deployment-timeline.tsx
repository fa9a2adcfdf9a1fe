import type { DeliveryReport } from "../api/types.ts";
import { countOf, formatExactTime } from "../ui/format.ts";
import { ChartFrame } from "./chart-frame.tsx";
import { Deployment, DeploymentLane, looksOf } from "./deployment-lane.tsx";
import { type DeploymentSize, deploymentSizes } from "./deployment-size.ts";
import { GuardLane, markedDecisions } from "./guard-lane.tsx";
import { OpenLink, useOpen } from "./open-link.tsx";
import { formatDay, linearScale, type Scale, timeTicks } from "./scale.ts";
import { type MarkKind, MarkLegend } from "./timeline-marks.tsx";

const HEIGHT = 172;
const LEFT = 84;
const RIGHT = 12;
const TICK_PIXELS = 90;
/** Of marks that would hide each other. */
const ROWS = 3;
const ROW_HEIGHT = 11;

/** Lanes from the top: what went out, what was taken back, what hurt, what the guard decided. Rows grow upwards from `y`. */
const LANES = [
  { name: "deployments", y: 34 },
  { name: "rollbacks", y: 60 },
  { name: "incidents", y: 84 },
  { name: "the guard", y: 130 },
] as const;

/** When something reached users, which of it failed, what was taken back, and what hurt meanwhile. */
export function DeploymentTimeline({ report }: { report: DeliveryReport }) {
  const { incidents, guardDecisions, window } = report;
  const deployments = deploymentSizes(report);
  const onOpen = useOpen();
  const failed = deployments.filter((each) => each.isFailed).length;
  const rollbacks = deployments.filter(isRollback).length;
  return (
    <ChartFrame
      title="Deployments"
      note={
        <>
          <OpenLink open="deployments">{countOf(deployments.length, "deployment")}</OpenLink>,{" "}
          <OpenLink open="failures">{failed} failed</OpenLink>, {countOf(rollbacks, "rollback")},{" "}
          <OpenLink open="incidents">{countOf(incidents.length, "incident")}</OpenLink>,{" "}
          <OpenLink open="guard">{countOf(guardDecisions.length, "decision")} of the guard</OpenLink>
        </>
      }
      height={HEIGHT}
      description={`${countOf(deployments.length, "deployment")}, ${failed} of them failed; ${countOf(rollbacks, "rollback")}; ${countOf(incidents.length, "incident")}; ${countOf(guardDecisions.length, "decision")} of the guard.`}
      legend={<Legends deployments={deployments} report={report} />}
    >
      {(width) => {
        const x = linearScale([window.fromMs, window.toMs], [LEFT, width - RIGHT]);
        return (
          <>
            {LANES.map((lane) => (
              <g key={lane.name}>
                <text x={0} y={lane.y + 4}>
                  {lane.name}
                </text>
                <line x1={LEFT} x2={width} y1={lane.y} y2={lane.y} stroke="var(--line)" />
              </g>
            ))}
            {timeTicks([window.fromMs, window.toMs], Math.max(2, Math.floor((width - LEFT) / TICK_PIXELS))).map(
              (tick) => (
                <text key={tick} x={x(tick)} y={HEIGHT - 6} textAnchor="middle">
                  {formatDay(tick)}
                </text>
              ),
            )}
            {incidents.map((each) => (
              <Incident key={each.id} incident={each} x={x} toMs={window.toMs} onOpen={onOpen} />
            ))}
            <GuardLane decisions={guardDecisions} x={x} y={LANES[3].y} rowCount={ROWS} rowHeight={ROW_HEIGHT} />
            {deployments.filter(isRollback).map((each) => (
              <Deployment key={each.id} deployment={each} x={x(each.atMs)} y={LANES[1].y} onOpen={onOpen} />
            ))}
            <DeploymentLane
              deployments={deployments.filter((each) => !isRollback(each))}
              window={window}
              x={x}
              y={LANES[0].y}
              rowCount={ROWS}
              rowHeight={ROW_HEIGHT}
              onOpen={onOpen}
            />
          </>
        );
      }}
    </ChartFrame>
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

type IncidentProps = {
  readonly incident: DeliveryReport["incidents"][number];
  readonly x: Scale;
  readonly toMs: number;
  readonly onOpen: (open: string) => void;
};

function Incident({ incident, x, toMs, onOpen }: IncidentProps) {
  const from = x(incident.detectedAtMs);
  const width = Math.max(6, x(incident.resolvedAtMs ?? toMs) - from);
  const isOpen = incident.resolvedAtMs === null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a short way for the mouse; the same is behind the figures
    <g style={{ cursor: "pointer" }} onClick={() => onOpen("incidents")}>
      <title>{`${incident.title}${isOpen ? ", still open" : ""}\n${formatExactTime(incident.detectedAtMs)}`}</title>
      <rect
        x={from}
        y={LANES[2].y - 5}
        width={width}
        height={10}
        rx={3}
        fill="var(--bad-mark)"
        opacity={isOpen ? 1 : 0.75}
      />
    </g>
  );
}
