import type { DeliveryReport } from "../api/types.ts";
import { formatPercent } from "../ui/format.ts";
import { ChartFrame } from "./chart-frame.tsx";
import { MEDIAN_N_MIN } from "./figures.ts";
import { linearScale } from "./scale.ts";

const HEIGHT = 260;
const BOTTOM = 38;
const LEFT = 34;

/** Sizes are powers of two: most deployments are small, and the few large ones matter most. */
const BINS = [
  { label: "1", most: 1 },
  { label: "2", most: 2 },
  { label: "3–4", most: 4 },
  { label: "5–8", most: 8 },
  { label: "9–16", most: 16 },
  { label: "17–32", most: 32 },
  { label: "33–64", most: 64 },
  { label: "65+", most: Number.POSITIVE_INFINITY },
] as const;

/** How much goes out at once, and how much of it failed. */
export function BatchHistogram({ report }: { report: DeliveryReport }) {
  const shipped = sizedDeployments(report);
  if (shipped.length < MEDIAN_N_MIN) return null;
  const bins = BINS.map((bin, index) => {
    const inside = shipped.filter((each) => each.size <= bin.most && each.size > (BINS[index - 1]?.most ?? 0));
    return { ...bin, count: inside.length, failed: inside.filter((each) => each.isFailed).length };
  });
  const most = Math.max(...bins.map((bin) => bin.count));
  return (
    <ChartFrame
      title="Size of deployments"
      note={riskSentence(report)}
      height={HEIGHT}
      description={bins
        .filter((bin) => bin.count > 0)
        .map((bin) => `${bin.label} changes: ${bin.count} deployments, ${bin.failed} failed`)
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
              <g key={bin.label} transform={`translate(${LEFT + step * index} 0)`}>
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

/** By commits where they are known, else by pull requests. */
function sizedDeployments({ deployments, changes }: DeliveryReport) {
  const requests = Map.groupBy(changes, (change) => change.deploymentId);
  return deployments
    .filter((each) => each.role === "shipped")
    .map((each) => ({ ...each, size: each.nonMerge > 0 ? each.nonMerge : (requests.get(each.id)?.length ?? 0) }))
    .filter((each) => each.size > 0);
}

/** Both ways, or neither: large ones fail more often each, and less for what they carry. */
function riskSentence({ batchRisk }: DeliveryReport): string {
  const [small, large] = batchRisk.groups;
  if (!small || !large || batchRisk.pValue === null) return "Too few to say whether larger ones fail more often";
  const certainty = batchRisk.pValue < 0.05 ? "" : "; no detectable difference";
  return `Up to ${small.commitsMax} commits: ${formatPercent(small.perRelease)} fail, larger: ${formatPercent(large.perRelease)}; per 1,000 commits ${small.perThousandCommits.toFixed(1)} and ${large.perThousandCommits.toFixed(1)}${certainty}`;
}

function Swatch({ fill }: { fill: string }) {
  return (
    <svg width={12} height={12} aria-hidden>
      <rect width={12} height={12} rx={2} fill={fill} />
    </svg>
  );
}
