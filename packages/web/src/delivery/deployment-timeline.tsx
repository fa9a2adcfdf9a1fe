import type { DeliveryReport, GuardDecision } from "../api/types.ts";
import { countOf, formatExactTime } from "../ui/format.ts";
import { ChartFrame } from "./chart-frame.tsx";
import { type DeploymentSize, deploymentSizes } from "./deployment-size.ts";
import { OpenLink, useOpen } from "./open-link.tsx";
import { broughtText } from "./opened-deployments.tsx";
import { formatDay, linearScale, timeTicks } from "./scale.ts";

const HEIGHT = 146;
const LEFT = 84;
const TICK_PIXELS = 90;

/** Lanes from the top: what went out, what was taken back, what hurt, what the guard decided. */
const LANES = [
  { name: "deployments", y: 20 },
  { name: "rollbacks", y: 48 },
  { name: "incidents", y: 76 },
  { name: "the guard", y: 104 },
] as const;

/** When something reached users, which of it failed, what was taken back, and what hurt meanwhile. */
export function DeploymentTimeline({ report }: { report: DeliveryReport }) {
  const { incidents, guardDecisions, window } = report;
  const deployments = deploymentSizes(report);
  const onOpen = useOpen();
  const failed = deployments.filter((each) => each.isFailed).length;
  const rollbacks = deployments.filter((each) => each.role === "rollback").length;
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
      legend={
        <>
          <Legend symbol={<Mark kind="fine" />}>reached users</Legend>
          <Legend symbol={<Mark kind="flag" />}>a flag's rollout</Legend>
          <Legend symbol={<Mark kind="failed" />}>failed</Legend>
          <Legend symbol={<Mark kind="rollback" />}>took back</Legend>
          <Legend symbol={<Mark kind="incident" />}>incident</Legend>
          <Legend symbol={<Mark kind="onwards" />}>the guard went on</Legend>
          <Legend symbol={<Mark kind="froze" />}>the guard froze</Legend>
        </>
      }
    >
      {(width) => {
        const x = linearScale([window.fromMs, window.toMs], [LEFT, width - 12]);
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
            {guardDecisions.map((each) => (
              <Decision
                key={`${each.rolloutId} ${each.atMs} ${each.did}`}
                decision={each}
                x={x(each.atMs)}
                onOpen={onOpen}
              />
            ))}
            {deployments
              .toSorted((a, b) => Number(a.isFailed) - Number(b.isFailed))
              .map((each) => (
                <Deployment key={each.id} deployment={each} x={x(each.atMs)} onOpen={onOpen} />
              ))}
          </>
        );
      }}
    </ChartFrame>
  );
}

type DeploymentProps = {
  readonly deployment: DeploymentSize;
  readonly x: number;
  readonly onOpen: (open: string) => void;
};

function Deployment({ deployment, x, onOpen }: DeploymentProps) {
  const { id, name, atMs, role, isFailed, kind } = deployment;
  const isRollback = role === "rollback";
  const looks = isRollback ? "rollback" : isFailed ? "failed" : kind === "flag" ? "flag" : "fine";
  const words = isRollback
    ? "took back"
    : isFailed
      ? `failed, brought ${broughtText(deployment)}`
      : broughtText(deployment);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a short way for the mouse; the same is behind the figures
    <g
      transform={`translate(${x} ${LANES[isRollback ? 1 : 0].y})`}
      style={{ cursor: "pointer" }}
      onClick={() => onOpen(`deployment:${id}`)}
    >
      <title>{`${name}, ${words}
${formatExactTime(atMs)}`}</title>
      <circle r={10} fill="transparent" />
      <Shape kind={looks} />
    </g>
  );
}

type IncidentProps = {
  readonly incident: DeliveryReport["incidents"][number];
  readonly x: (ms: number) => number;
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

const DECISION_LOOKS = {
  advanced: "onwards",
  completed: "onwards",
  froze: "froze",
  "rolled back": "rollback",
} as const;

type DecisionProps = {
  readonly decision: GuardDecision;
  readonly x: number;
  readonly onOpen: (open: string) => void;
};

function Decision({ decision: { flag, did, atMs, sentence }, x, onOpen }: DecisionProps) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a short way for the mouse; the same is behind the links above
    <g
      transform={`translate(${x} ${LANES[3].y})`}
      style={{ cursor: "pointer" }}
      data-testid="guard-decision"
      onClick={() => onOpen("guard")}
    >
      <title>{`The guard: ${flag} ${did}\n${sentence}\n${formatExactTime(atMs)}`}</title>
      <circle r={10} fill="transparent" />
      <Shape kind={DECISION_LOOKS[did]} />
    </g>
  );
}

type Kind = "onwards" | "froze" | "fine" | "flag" | "failed" | "rollback" | "incident";

function Shape({ kind }: { kind: Kind }) {
  switch (kind) {
    case "fine":
      return <circle r={4.5} fill="var(--candidate-arm)" stroke="var(--surface)" strokeWidth={1.5} />;
    case "flag":
      return (
        <rect
          x={-4}
          y={-4}
          width={8}
          height={8}
          transform="rotate(45)"
          fill="var(--candidate-arm)"
          stroke="var(--surface)"
          strokeWidth={1.5}
        />
      );
    case "failed":
      return (
        <path d="M-4.5-4.5 4.5 4.5M4.5-4.5-4.5 4.5" stroke="var(--bad-mark)" strokeWidth={2.6} strokeLinecap="round" />
      );
    case "rollback":
      return <path d="M5-5V5L-4 0Z" fill="var(--bad-mark)" stroke="var(--surface)" strokeWidth={1} />;
    case "onwards":
      return <path d="M-4-5 4 0-4 5Z" fill="var(--good-mark)" stroke="var(--surface)" strokeWidth={1} />;
    case "froze":
      return <path d="M-4-5V5M4-5V5" stroke="var(--warn-mark)" strokeWidth={3} />;
    default:
      return <rect x={-6} y={-4} width={12} height={8} rx={3} fill="var(--bad-mark)" opacity={0.75} />;
  }
}

function Mark({ kind }: { kind: Kind }) {
  return (
    <svg width={14} height={14} viewBox="-7 -7 14 14" aria-hidden>
      <Shape kind={kind} />
    </svg>
  );
}

function Legend({ symbol, children }: { symbol: React.ReactNode; children: React.ReactNode }) {
  return (
    <span>
      {symbol}
      {children}
    </span>
  );
}
