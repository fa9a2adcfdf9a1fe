import { useNavigate } from "@tanstack/react-router";
import type { GuardDecision } from "../api/types.ts";
import { countOf, formatExactTime } from "../ui/format.ts";
import type { Scale } from "./scale.ts";
import { MARK_REACH, MarkShape } from "./timeline-marks.tsx";
import { rowsOf } from "./timeline-rows.ts";

type Props = {
  readonly decisions: readonly GuardDecision[];
  readonly x: Scale;
  /** Of the lowest row. */
  readonly y: number;
  readonly rowCount: number;
  readonly rowHeight: number;
};

/** What the guard decided of each rollout: a line from its first decision to its last, a tick for each stage that it opened, and a mark for how it came out. */
export function GuardLane({ decisions, x, y, rowCount, rowHeight }: Props) {
  const rollouts = [...Map.groupBy(decisions, ({ rolloutId }) => rolloutId).values()].sort(
    (a, b) => weightOf(b) - weightOf(a),
  );
  const rows = rowsOf(
    rollouts.map((made) => ({
      from: Math.min(...made.map(({ atMs }) => x(atMs))) - MARK_REACH,
      to: Math.max(...made.map(({ atMs }) => x(atMs))) + MARK_REACH,
    })),
    rowCount,
  );
  return rollouts
    .map((made, index) => ({ made, row: rows[index] ?? null }))
    .sort((a, b) => Number(a.row !== null) - Number(b.row !== null))
    .map(({ made, row }) => (
      <GuardedRollout key={made[0]?.rolloutId} decisions={made} x={x} y={y - (row ?? 0) * rowHeight} />
    ));
}

/** How each rollout came out, or how far it is. A freeze that it overcame is among them: it is drawn too. */
export function markedDecisions(decisions: readonly GuardDecision[]): GuardDecision[] {
  return decisions.filter(
    ({ rolloutId, did }, index) =>
      did !== "advanced" || !decisions.slice(index + 1).some((later) => later.rolloutId === rolloutId),
  );
}

/** Where there is little room, what went wrong is seen first. */
function weightOf(decisions: readonly GuardDecision[]): number {
  if (decisions.some(({ did }) => did === "rolled back")) return 2;
  return decisions.some(({ did }) => did === "froze") ? 1 : 0;
}

type RolloutProps = { readonly decisions: readonly GuardDecision[]; readonly x: Scale; readonly y: number };

function GuardedRollout({ decisions, x, y }: RolloutProps) {
  const navigate = useNavigate();
  const first = decisions[0];
  const last = decisions.at(-1);
  if (first === undefined || last === undefined) return null;
  const { rolloutId } = last;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a short way for the mouse; the same is behind the links above
    <g
      style={{ cursor: "pointer" }}
      data-testid="guarded-rollout"
      data-did={last.did}
      onClick={() => void navigate({ to: "/rollouts/$rolloutId", params: { rolloutId } })}
    >
      <title>{titleOf(decisions, last)}</title>
      <rect
        {...{ x: x(first.atMs) - MARK_REACH, y: y - MARK_REACH, height: 2 * MARK_REACH }}
        width={x(last.atMs) - x(first.atMs) + 2 * MARK_REACH}
        fill="transparent"
      />
      <line x1={x(first.atMs)} x2={x(last.atMs)} y1={y} y2={y} stroke="var(--good-mark)" strokeWidth={2} />
      {decisions.map((each) => (
        <g key={`${each.atMs} ${each.did}`} transform={`translate(${x(each.atMs)} ${y})`}>
          {each.did !== "advanced" || each === last ? (
            <MarkShape kind={each.did} />
          ) : (
            x(last.atMs) - x(each.atMs) > 2 * MARK_REACH && (
              <path d="M0-3.5V3.5" stroke="var(--good-mark)" strokeWidth={1.5} />
            )
          )}
        </g>
      ))}
    </g>
  );
}

function titleOf(decisions: readonly GuardDecision[], { flag, did, sentence, atMs }: GuardDecision): string {
  const stages = decisions.filter((each) => each.did === "advanced").length;
  const before = stages === 0 ? "" : `opened ${countOf(stages, "stage")}, `;
  const came = did === "advanced" ? "under way" : did;
  return `The guard of ${flag}: ${before}${came}\n${sentence}\n${formatExactTime(atMs)}`;
}
