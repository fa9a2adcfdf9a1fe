import classes from "./chart-toolbar.module.css";
import { type ChartView, PERCENTILES } from "./chart-view.ts";

type Percentile = NonNullable<ChartView["percentile"]>;

/** Which latencies are drawn. */
export function PercentileChoice({ value, onChange }: { value: Percentile; onChange: (value: Percentile) => void }) {
  return (
    <fieldset className={classes.choice}>
      <legend className={classes.spoken}>Percentile</legend>
      {[...PERCENTILES, "all" as const].map((each) => (
        <button key={each} type="button" aria-pressed={each === value} onClick={() => onChange(each)}>
          {each}
        </button>
      ))}
    </fieldset>
  );
}
