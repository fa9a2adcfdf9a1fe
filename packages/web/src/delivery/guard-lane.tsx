import type { GuardDecision } from "../api/types.ts";
import { countOf, formatExactTime } from "../ui/format.ts";
import type { Mark } from "./marks.tsx";
import type { Scale } from "./scale.ts";
import { MARK_REACH, MarkShape } from "./timeline-marks.tsx";
import { rowsOf } from "./timeline-rows.ts";

type Lane = {
  readonly decisions: readonly GuardDecision[];
  readonly x: Scale;
  /** Of the lowest row. */
  readonly y: number;
  readonly rowCount: number;
  readonly rowHeight: number;
};

/** What the guard decided of each rollout: a line from its first decision to its last, a tick for each stage that it opened, and a mark for how it came out. */
export function guardMarks({ decisions, x, y, rowCount, rowHeight }: Lane): Mark[] {
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
    .sort((a, b) => Number(a.row !== null) - Number(b.row !== null) || lastAtMs(a.made) - lastAtMs(b.made))
    .flatMap(({ made, row }) => rolloutMark(made, x, y - (row ?? 0) * rowHeight) ?? []);
}

function lastAtMs(decisions: readonly GuardDecision[]): number {
  return decisions.at(-1)?.atMs ?? 0;
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

function rolloutMark(decisions: readonly GuardDecision[], x: Scale, y: number): Mark | undefined {
  const first = decisions[0];
  const last = decisions.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const [from, to] = [x(first.atMs), x(last.atMs)];
  return {
    ...{ key: `guard ${last.rolloutId}`, at: last.atMs, href: `/rollouts/${last.rolloutId}` },
    text: textOf(decisions, last),
    drawing: (
      <g data-testid="guarded-rollout" data-did={last.did}>
        <rect
          {...{ x: from - MARK_REACH, y: y - MARK_REACH, width: to - from + 2 * MARK_REACH, height: 2 * MARK_REACH }}
          fill="transparent"
        />
        <line x1={from} x2={to} y1={y} y2={y} stroke="var(--good-mark)" strokeWidth={2} />
        {decisions.map((each) => (
          <g key={`${each.atMs} ${each.did}`} transform={`translate(${x(each.atMs)} ${y})`}>
            {each.did !== "advanced" || each === last ? (
              <MarkShape kind={each.did} />
            ) : (
              to - x(each.atMs) > 2 * MARK_REACH && <path d="M0-3.5V3.5" stroke="var(--good-mark)" strokeWidth={1.5} />
            )}
          </g>
        ))}
      </g>
    ),
  };
}

function textOf(decisions: readonly GuardDecision[], { flag, did, sentence, atMs }: GuardDecision): string {
  const stages = decisions.filter((each) => each.did === "advanced").length;
  const before = stages === 0 ? "" : `opened ${countOf(stages, "stage")}, `;
  const came = did === "advanced" ? "under way" : did;
  return `The guard of ${flag}: ${before}${came}\n${sentence}\n${formatExactTime(atMs)}`;
}
