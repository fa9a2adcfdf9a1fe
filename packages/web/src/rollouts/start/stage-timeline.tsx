import { formatPercent } from "../../ui/format.ts";
import { sayLength } from "./forecast-words.ts";
import classes from "./stage-timeline.module.css";
import type { StageForecast } from "./start-queries.ts";

/** A stage that lasts no time, or nobody knows how long, still takes this part of the picture. */
const LEAST_WIDTH = 1;

/** The plan as stairs: as high as the share, as wide as the time it takes. The words beside it say the same. */
export function StageTimeline({ stages }: { stages: readonly StageForecast[] }) {
  const widths = stages.map(({ seconds }) =>
    seconds === null ? LEAST_WIDTH * 2 : LEAST_WIDTH + Math.log2(1 + seconds / 30),
  );
  return (
    <div className={classes.picture} aria-hidden data-testid="stage-timeline">
      {stages.map((stage, index) => {
        const isAudience = stage.audience !== null && stage.audience !== undefined;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place in the plan
          <div key={index} className={classes.column} style={{ flexGrow: widths[index] ?? 1 }}>
            <span className={classes.share}>{isAudience ? "audience" : formatPercent(stage.share)}</span>
            <span
              className={classes.step}
              data-kind={isAudience ? "audience" : stage.share >= 1 ? "everybody" : "share"}
              data-known={stage.seconds !== null}
              data-stuck={stage.help !== null || undefined}
              style={{ height: isAudience ? 8 : 10 + 90 * Math.sqrt(stage.share) }}
            />
            <span className={classes.length}>{shortLength(stage)}</span>
          </div>
        );
      })}
    </div>
  );
}

function shortLength(stage: StageForecast): string {
  if (stage.seconds === null) return "?";
  return stage.seconds === 0 ? "for good" : sayLength(stage).replace("about ", "~ ");
}
