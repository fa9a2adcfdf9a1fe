import { VisuallyHidden } from "@mantine/core";
import type { DeliveryReport } from "../api/types.ts";
import { formatPercent } from "../ui/format.ts";
import { BASELINE_DAYS } from "./delivery-search.ts";
import { comparedWith, formatSpanBeside, type Measure, measuresOf, perWeekText } from "./figures.ts";
import classes from "./measure-cards.module.css";
import { OpenLink } from "./open-link.tsx";
import { Sparkline } from "./sparkline.tsx";

const WEEK_MS = 7 * 86_400_000;

type Props = { report: DeliveryReport; baseline: DeliveryReport | undefined };

/** The five levers, each with what it is made of, how it moves, and the changes behind it. */
export function MeasureCards({ report, baseline }: Props) {
  const earlier = baseline ? measuresOf(baseline) : [];
  return (
    <section className={classes.cards} aria-label="The five levers">
      {measuresOf(report).map((measure) => (
        <Card
          key={measure.name}
          measure={measure}
          compared={comparedWith(
            measure,
            earlier.find((each) => each.name === measure.name),
            BASELINE_DAYS,
          )}
          trend={report.trend.find((each) => each.measure === measure.name)}
        />
      ))}
    </section>
  );
}

type Trend = DeliveryReport["trend"][number];

/** The levels on either side of a change, in one unit. */
function levelsText({ measure, periodMs }: Trend, { before, after }: Trend["changePoints"][number]): string {
  switch (measure) {
    case "lead-time":
    case "recovery":
      return `from ${formatSpanBeside(before, Math.max(before, after))} to ${formatSpanBeside(after, Math.max(before, after))}`;
    case "change-fail-rate":
    case "rework":
      return `from ${formatPercent(Number(before.toFixed(3)))} to ${formatPercent(Number(after.toFixed(3)))}`;
    default:
      return `from ${perWeekText((before * WEEK_MS) / periodMs)} to ${perWeekText((after * WEEK_MS) / periodMs)} a week`;
  }
}

function Card({ measure, compared, trend }: { measure: Measure; compared: string | null; trend: Trend | undefined }) {
  return (
    <article className={classes.card} data-measure={measure.name}>
      <h2>{measure.label}</h2>
      <OpenLink
        open={measure.opens}
        className={measure.value === null ? `${classes.value} ${classes.few}` : classes.value}
        label={`${measure.label}: ${measure.text}. Show what it is made of`}
      >
        {measure.text}
      </OpenLink>
      {measure.interval !== null && (
        <p title="What the data does not rule out, 95 %">
          [{measure.interval}
          <VisuallyHidden> is what the data does not rule out</VisuallyHidden>]
        </p>
      )}
      <p>{measure.made}</p>
      <div className={classes.trend}>
        {trend && (
          <Sparkline
            values={trend.points.map((point) => point.value)}
            changes={trend.changePoints.map(({ atMs }) => trend.points.findIndex((point) => point.fromMs === atMs))}
            label={`${measure.label} over time`}
          />
        )}
        <p>{[compared, trend && findingOf(trend)].filter(Boolean).join(" · ")}</p>
      </div>
    </article>
  );
}

function findingOf(trend: Trend): string {
  const { finding, changePoints } = trend;
  const last = changePoints.at(-1);
  if (finding === "change" && last) {
    const on = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" }).format(last.atMs);
    return `changed about ${on}, ${levelsText(trend, last)}`;
  }
  return finding === "too-few" ? "too few periods for a trend" : "no detectable change";
}
