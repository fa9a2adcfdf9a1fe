import type { DeliveryReport } from "../api/types.ts";
import { countOf, formatCount, formatPercent } from "../ui/format.ts";
import { ChartFrame } from "./chart-frame.tsx";
import { BATCH_BINS, binOf, deploymentSizes, ofChangesText } from "./deployment-size.ts";
import { MEDIAN_N_MIN } from "./figures.ts";
import { heldText } from "./held.ts";
import { Marks } from "./marks.tsx";
import { useOpenHref } from "./open-link.tsx";
import { TooFew } from "./panel.tsx";
import { linearScale, type Scale } from "./scale.ts";

const HEIGHT = 260;
const BOTTOM = 38;
const LEFT = 34;
const TITLE = "Size of deployments";

/** How much goes out at once, and how much of it failed. */
export function BatchHistogram({ report }: { report: DeliveryReport }) {
  const hrefOf = useOpenHref();
  const { deployments, totals } = report;
  const shipped = deploymentSizes(report).filter(({ role, size }) => role === "shipped" && size > 0);
  if (shipped.length < MEDIAN_N_MIN) {
    return (
      <TooFew title={TITLE}>
        {countOf(shipped.length, "deployment")} told what {shipped.length === 1 ? "it" : "they"} brought.
      </TooFew>
    );
  }
  const bins = BATCH_BINS.map((bin) => {
    const inside = shipped.filter((each) => binOf(each.size) === bin);
    return { ...bin, count: inside.length, failed: inside.filter((each) => each.isFailed).length };
  });
  const most = Math.max(...bins.map((bin) => bin.count));
  return (
    <ChartFrame
      title={TITLE}
      note={`${countOf(shipped.length, "deployment")}${deployments.length < totals.deployments ? `, among ${heldText(deployments.length, totals.deployments, "deployment")}` : ""}. ${riskSentence(report)}`}
      height={HEIGHT}
      description={bins
        .filter((bin) => bin.count > 0)
        .map(textOf)
        .join("; ")}
      legend={
        <>
          <span>
            <Swatch fill="var(--candidate-arm)" /> went well
          </span>
          <span>
            <Swatch fill="var(--bad-mark)" /> failed
          </span>
        </>
      }
    >
      {(width) => {
        const y = linearScale([0, most], [HEIGHT - BOTTOM, 14]);
        const step = (width - LEFT) / bins.length;
        return (
          <>
            <g aria-hidden>
              <line x1={LEFT} x2={width} y1={y(0)} y2={y(0)} stroke="var(--line-strong)" />
              {bins.map(({ label }, index) => (
                <text key={label} x={LEFT + step * (index + 0.5)} y={HEIGHT - BOTTOM + 15} textAnchor="middle">
                  {label}
                </text>
              ))}
              <text x={LEFT + (width - LEFT) / 2} y={HEIGHT - 4} textAnchor="middle">
                changes in one deployment
              </text>
            </g>
            <Marks
              marks={bins
                .map((bin, index) => ({
                  ...{ key: bin.label, at: index, href: hrefOf(`batch:${bin.label}`), text: textOf(bin) },
                  ...{ count: bin.count, drawing: <Bar bin={bin} x={LEFT + step * index} width={step} y={y} /> },
                }))
                .filter(({ count }) => count > 0)}
            />
          </>
        );
      }}
    </ChartFrame>
  );
}

type Bin = { readonly label: string; readonly count: number; readonly failed: number };

function textOf({ label, count, failed }: Bin): string {
  const outcome =
    failed > 0 ? `${barText({ count, failed })} deployments failed` : `${countOf(count, "deployment")}, none failed`;
  return `${ofChangesText(label)}: ${outcome}`;
}

/** Stands on the bar, and in these words in its name. */
function barText({ count, failed }: Omit<Bin, "label">): string {
  return failed > 0 ? `${formatCount(failed)} of ${formatCount(count)}` : formatCount(count);
}

type BarProps = { readonly bin: Bin; readonly x: number; readonly width: number; readonly y: Scale };

function Bar({ bin: { count, failed }, x, width, y }: BarProps) {
  const box = { x: width * 0.14, width: width * 0.72 };
  return (
    <g transform={`translate(${x} 0)`} data-testid="batch-bin">
      <rect width={width} height={HEIGHT - BOTTOM} fill="transparent" />
      <rect {...box} y={y(count)} height={y(failed) - y(count)} fill="var(--candidate-arm)" />
      <rect {...box} y={y(failed)} height={y(0) - y(failed)} fill="var(--bad-mark)" />
      <text x={width / 2} y={y(count) - 4} textAnchor="middle">
        {barText({ count, failed })}
      </text>
    </g>
  );
}

/** Both ways, or neither: large ones fail more often each, and less for what they carry. */
function riskSentence({ batchRisk }: DeliveryReport): string {
  const [small, large] = batchRisk.groups;
  if (!small || !large || batchRisk.pValue === null) return "Too few to say whether larger ones fail more often";
  const certainty = batchRisk.pValue < 0.05 ? "" : "; no detectable difference";
  return `Up to ${countOf(small.commitsMax, "commit")}: ${formatPercent(small.perRelease)} fail, larger: ${formatPercent(large.perRelease)}; per 1,000 commits ${small.perThousandCommits.toFixed(1)} and ${large.perThousandCommits.toFixed(1)}${certainty}`;
}

function Swatch({ fill }: { fill: string }) {
  return (
    <svg width={12} height={12} aria-hidden>
      <rect width={12} height={12} rx={2} fill={fill} />
    </svg>
  );
}
