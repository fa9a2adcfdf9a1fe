import type { DeliveryReport } from "../api/types.ts";
import { countOf, formatPercent } from "../ui/format.ts";
import { ChartFrame } from "./chart-frame.tsx";
import { BATCH_BINS, binOf, deploymentSizes, ofChangesText } from "./deployment-size.ts";
import { MEDIAN_N_MIN } from "./figures.ts";
import { useOpen } from "./open-link.tsx";
import { TooFew } from "./panel.tsx";
import { linearScale } from "./scale.ts";

const HEIGHT = 260;
const BOTTOM = 38;
const LEFT = 34;
const TITLE = "Size of deployments";

/** How much goes out at once, and how much of it failed. */
export function BatchHistogram({ report }: { report: DeliveryReport }) {
  const onOpen = useOpen();
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
      note={`${countOf(shipped.length, "deployment")}. ${riskSentence(report)}`}
      height={HEIGHT}
      description={bins
        .filter((bin) => bin.count > 0)
        .map((bin) => `${ofChangesText(bin.label)}: ${countOf(bin.count, "deployment")}, ${bin.failed} failed`)
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
            <line x1={LEFT} x2={width} y1={y(0)} y2={y(0)} stroke="var(--line-strong)" />
            {bins.map((bin, index) => (
              // biome-ignore lint/a11y/noStaticElementInteractions: a short way for the mouse; the same is behind the figures
              <g
                key={bin.label}
                transform={`translate(${LEFT + step * index} 0)`}
                style={bin.count > 0 ? { cursor: "pointer" } : undefined}
                data-testid="batch-bin"
                onClick={() => bin.count > 0 && onOpen(`batch:${bin.label}`)}
              >
                <rect width={step} height={HEIGHT - BOTTOM} fill="transparent" />
                <rect
                  x={step * 0.14}
                  width={step * 0.72}
                  y={y(bin.count)}
                  height={y(bin.failed) - y(bin.count)}
                  fill="var(--candidate-arm)"
                />
                <rect
                  x={step * 0.14}
                  width={step * 0.72}
                  y={y(bin.failed)}
                  height={y(0) - y(bin.failed)}
                  fill="var(--bad-mark)"
                />
                {bin.count > 0 && (
                  <text x={step / 2} y={y(bin.count) - 4} textAnchor="middle">
                    {bin.failed > 0 ? `${bin.failed} of ${bin.count}` : bin.count}
                  </text>
                )}
                <text x={step / 2} y={HEIGHT - BOTTOM + 15} textAnchor="middle">
                  {bin.label}
                </text>
              </g>
            ))}
            <text x={LEFT + (width - LEFT) / 2} y={HEIGHT - 4} textAnchor="middle">
              changes in one deployment
            </text>
          </>
        );
      }}
    </ChartFrame>
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
