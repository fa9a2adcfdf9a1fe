import type { DeliveryReport, StageName } from "../api/types.ts";
import { countOf, formatCount, formatPercent } from "../ui/format.ts";
import { ChartFrame } from "./chart-frame.tsx";
import { DataTable, Quiet } from "./data-table.tsx";
import { formatSpan, MEDIAN_N_MIN, STAGE_WORDS } from "./figures.ts";
import { Marks } from "./marks.tsx";
import { OpenLink, useOpenHref } from "./open-link.tsx";
import { Panel, TooFew } from "./panel.tsx";
import { formatDay, linearScale } from "./scale.ts";
import { Span } from "./span.tsx";
import { hatchOf, STAGE_COLOR, StageHatches } from "./stage-colors.tsx";
import classes from "./stage-ledger.module.css";

type Ledger = NonNullable<DeliveryReport["stages"]>;

const HEIGHT = 220;
const LEFT = 52;
const BOTTOM = 24;
const TOP = 8;
const LABEL_PIXELS = 64;

/** Where the time of a change goes, waiting apart from work: by week, in all, and of the slowest tenth. */
export function StageLedger({ report: { stages } }: { report: DeliveryReport }) {
  if (stages === null || stages.n < MEDIAN_N_MIN) {
    const n = stages?.n ?? 0;
    return (
      <TooFew title="Where the time goes">
        {countOf(n, "change")} shipped in this time with all the moments known.
      </TooFew>
    );
  }
  const isWaiting = new Map(stages.stages.map((each) => [each.stage, each.isWaiting]));
  const fillOf = (stage: StageName) => (isWaiting.get(stage) ? hatchOf(stage) : STAGE_COLOR[stage]);
  return (
    <div className={classes.ledger}>
      <ChartFrame
        title="Where the time goes"
        note={`Mean of ${countOf(stages.n, stages.unit)}, by the week they were shipped${stages.left > 0 ? `; ${formatCount(stages.left)} without all times ${stages.left === 1 ? "is" : "are"} left out` : ""}. Hatched is waiting, plain is work. A bar opens its changes`}
        height={HEIGHT}
        description={stages.stages
          .map(
            (each) =>
              `${STAGE_WORDS[each.stage].label}: ${shareText(each.shareOfTotal)}${each.shareOfTotal === null ? "" : " of the time"}`,
          )
          .join("; ")}
      >
        {(width) => <Weeks ledger={stages} width={width} fillOf={fillOf} />}
      </ChartFrame>
      <Panel title="Of all the time, and of the slowest tenth" note={<SlowestNote ledger={stages} />}>
        <ShareBars ledger={stages} fillOf={fillOf} />
        <StageTable ledger={stages} fillOf={fillOf} />
      </Panel>
    </div>
  );
}

type WeeksProps = { ledger: Ledger; width: number; fillOf: (stage: StageName) => string };

function Weeks({ ledger, width, fillOf }: WeeksProps) {
  const hrefOf = useOpenHref();
  const totals = ledger.weeks.map((week) => Object.values(week.meanMs).reduce((sum, ms) => sum + ms, 0));
  const most = Math.max(...totals, 1);
  const y = linearScale([0, most], [HEIGHT - BOTTOM, TOP]);
  const step = (width - LEFT) / Math.max(1, ledger.weeks.length);
  const bar = Math.min(44, step * 0.72);
  const every = Math.max(1, Math.ceil(LABEL_PIXELS / step));
  return (
    <>
      <StageHatches />
      <g aria-hidden>
        {[0.5, 1].map((part) => (
          <g key={part}>
            <line x1={LEFT} x2={width} y1={y(most * part)} y2={y(most * part)} stroke="var(--line)" />
            <text x={LEFT - 6} y={y(most * part) + 4} textAnchor="end">
              {formatSpan(most * part)}
            </text>
          </g>
        ))}
        <line x1={LEFT} x2={width} y1={y(0)} y2={y(0)} stroke="var(--line-strong)" />
        {ledger.weeks.map(
          ({ fromMs }, index) =>
            index % every === 0 && (
              <text key={fromMs} x={LEFT + step * (index + 0.5)} y={HEIGHT - 6} textAnchor="middle">
                {formatDay(fromMs)}
              </text>
            ),
        )}
      </g>
      <Marks
        marks={ledger.weeks.map((week, index) => ({
          ...{ key: String(week.fromMs), at: week.fromMs, href: hrefOf(`week:${week.fromMs}`) },
          text: textOf(ledger, week),
          drawing: (
            <g transform={`translate(${LEFT + step * index + (step - bar) / 2} 0)`} data-testid="stage-week">
              <Stack ledger={ledger} week={week} width={bar} y={y} fillOf={fillOf} />
            </g>
          ),
        }))}
      />
    </>
  );
}

type StackProps = {
  readonly ledger: Ledger;
  readonly week: Ledger["weeks"][number];
  readonly width: number;
  readonly y: (ms: number) => number;
  readonly fillOf: (stage: StageName) => string;
};

function Stack({ ledger, week, width, y, fillOf }: StackProps) {
  let belowMs = 0;
  return ledger.stages.map(({ stage }) => {
    const ms = week.meanMs[stage] ?? 0;
    const top = y(belowMs + ms);
    const height = y(belowMs) - top;
    belowMs += ms;
    return height > 0 && <rect key={stage} x={0} y={top} width={width} height={height} fill={fillOf(stage)} />;
  });
}

function textOf(ledger: Ledger, week: Ledger["weeks"][number]): string {
  const stages = ledger.stages.map(({ stage }) => {
    const ms = week.meanMs[stage];
    return `${STAGE_WORDS[stage].label} ${ms === undefined ? "not told" : formatSpan(ms)}`;
  });
  return [`Week of ${formatDay(week.fromMs)}, ${week.n} shipped`, ...stages].join("\n");
}

function SlowestNote({ ledger }: { ledger: Ledger }) {
  const [worst] = ledger.stages.toSorted((a, b) => (b.shareOfSlowest ?? 0) - (a.shareOfSlowest ?? 0));
  return (
    <>
      The <OpenLink open="slowest">slowest tenth</OpenLink> of the changes is what people remember
      {worst && (
        <>
          : {STAGE_WORDS[worst.stage].label.toLowerCase()} takes {shareText(worst.shareOfSlowest)} of its time
        </>
      )}
      .
    </>
  );
}

const BAR_HEIGHT = 22;

type SharesProps = { readonly ledger: Ledger; readonly fillOf: (stage: StageName) => string };

/** All the time and that of the slowest tenth, one below the other, each as long as the whole: what grows in the second is what makes changes slow. */
function ShareBars({ ledger, fillOf }: SharesProps) {
  return (
    <div className={classes.shares}>
      {[
        { name: "All", shares: ledger.stages.map((each) => each.shareOfTotal) },
        { name: "Slowest tenth", shares: ledger.stages.map((each) => each.shareOfSlowest) },
      ].map(({ name, shares }) => (
        <div key={name} className={classes.shareRow}>
          <span>{name}</span>
          <svg
            width="100%"
            height={BAR_HEIGHT}
            role="img"
            aria-label={`${name}: ${ledger.stages.map((each, index) => `${STAGE_WORDS[each.stage].label} ${shareText(shares[index] ?? null)}`).join(", ")}`}
          >
            <StageHatches />
            {ledger.stages.map((each, index) => (
              <rect
                key={each.stage}
                x={`${(100 * sumOf(shares.slice(0, index))) / (sumOf(shares) || 1)}%`}
                width={`${(100 * (shares[index] ?? 0)) / (sumOf(shares) || 1)}%`}
                height={BAR_HEIGHT}
                fill={fillOf(each.stage)}
              >
                <title>{`${STAGE_WORDS[each.stage].label}: ${shareText(shares[index] ?? null)}`}</title>
              </rect>
            ))}
          </svg>
        </div>
      ))}
    </div>
  );
}

function StageTable({ ledger, fillOf }: SharesProps) {
  return (
    <DataTable label="Stages" columns={["Stage", "Median", "p90", "Of the time", "Of the slowest tenth"]}>
      {ledger.stages.map((each) => (
        <tr key={each.stage}>
          <th scope="row">
            <span className={classes.stage}>
              <svg width={12} height={12} aria-hidden>
                <rect width={12} height={12} rx={2} fill={fillOf(each.stage)} />
              </svg>
              <span>
                {each.ms.n === 0 ? (
                  STAGE_WORDS[each.stage].label
                ) : (
                  <OpenLink open={`stage:${each.stage}`} label={`${STAGE_WORDS[each.stage].label}. Show the changes`}>
                    {STAGE_WORDS[each.stage].label}
                  </OpenLink>
                )}
                <small>
                  {each.isWaiting ? "waiting" : "work"}: {STAGE_WORDS[each.stage].about}
                </small>
              </span>
            </span>
          </th>
          <td>
            {each.ms.median === null ? <Quiet>not told</Quiet> : <Span ms={each.ms.median} />}
            {each.ms.n > 0 && each.ms.n < ledger.n && (
              <Quiet>
                {" "}
                of {formatCount(each.ms.n)} of {formatCount(ledger.n)}
              </Quiet>
            )}
          </td>
          <td>{each.ms.p90 === null ? "–" : each.ms.n < 2 * MEDIAN_N_MIN ? "too few" : <Span ms={each.ms.p90} />}</td>
          <td>{each.shareOfTotal === null ? "–" : shareText(each.shareOfTotal)}</td>
          <td>{each.shareOfSlowest === null ? "–" : shareText(each.shareOfSlowest)}</td>
        </tr>
      ))}
    </DataTable>
  );
}

function shareText(share: number | null): string {
  return share === null ? "not told" : formatPercent(Number(share.toFixed(2)));
}

function sumOf(shares: readonly (number | null)[]): number {
  return shares.reduce((sum: number, share) => sum + (share ?? 0), 0);
}
