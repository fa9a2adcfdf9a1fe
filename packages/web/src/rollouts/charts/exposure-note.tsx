import type { Rollout, RolloutSeries } from "../../api/types.ts";
import { formatPoints } from "../../ui/format.ts";

/** What the exposure so far would have shown, against what the stage promises. */
export function ExposureNote({ rollout, series }: { rollout: Rollout; series: RolloutSeries }) {
  const stage = series.points.stage.at(-1) ?? 1;
  const caught = series.points.smallestRegressionCaught.at(-1);
  const promise = rollout.stages[stage - 1]?.catches;
  if (series.points.share.at(-1) === 1)
    return <>Everybody has it: nobody is left to compare with. A gross break is still caught.</>;
  const promised = promise ? ` This stage promises +${formatPoints(promise.failureRate)}.` : "";
  if (typeof caught !== "number") return <>Too little was seen yet to catch even a total break.{promised}</>;
  return (
    <>
      By then a rise of <strong>{formatPoints(caught)}</strong> would most likely have been caught.{promised}
    </>
  );
}
