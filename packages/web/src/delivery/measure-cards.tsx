import { VisuallyHidden } from "@mantine/core";
import type { DeliveryReport } from "../api/types.ts";
import { type Measure, measuresOf } from "./figures.ts";
import classes from "./measure-cards.module.css";
import { movementOf, type Trend } from "./movement.ts";
import { OpenLink } from "./open-link.tsx";
import { Sparkline } from "./sparkline.tsx";

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
          before={earlier.find((each) => each.name === measure.name)}
          trend={report.trend.find((each) => each.measure === measure.name)}
        />
      ))}
    </section>
  );
}

type CardProps = {
  readonly measure: Measure;
  readonly before: Measure | undefined;
  readonly trend: Trend | undefined;
};

function Card({ measure, before, trend }: CardProps) {
  return (
    <article className={classes.card} data-measure={measure.name}>
      <h2>{measure.label}</h2>
      <OpenLink
        open={measure.opens}
        className={measure.value === null ? `${classes.value} ${classes.few}` : classes.value}
        title={measure.exact ?? undefined}
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
        <p>{movementOf(measure, before, trend)}</p>
      </div>
    </article>
  );
}
