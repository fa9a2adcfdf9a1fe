import type { Decision, Rollout } from "../api/types.ts";
import { EvidenceBar } from "../ui/evidence-bar.tsx";
import { formatCount, formatDuration, formatOdds } from "../ui/format.ts";
import { Sentence } from "../ui/sentence.tsx";
import { ShareTrack } from "../ui/share-track.tsx";
import { useNowMs } from "../ui/use-now.ts";
import classes from "./rollout-judgement.module.css";
import { endingOf, stageProgress } from "./rollout-phase.ts";
import { SignalTable } from "./signal-table.tsx";

/** What the guard says and what it rests on: sentence, stages, evidence, signals, shadow canaries. */
export function RolloutJudgement({ rollout, isWholePage }: { rollout: Rollout; isWholePage?: boolean }) {
  const nowMs = useNowMs();
  const ending = endingOf(rollout);
  return (
    <div className={classes.judgement}>
      <RolloutSentence rollout={rollout} />
      <div className={classes.measures}>
        <div>
          <ShareTrack
            stages={rollout.stages}
            stage={rollout.stage}
            progress={stageProgress(rollout, nowMs)}
            ending={ending}
          />
          {!ending && <GateLine rollout={rollout} />}
        </div>
        {rollout.decision && <EvidenceBar logEvidence={rollout.decision.logEvidence} alpha={rollout.guard.alpha} />}
      </div>
      <SignalTable flag={rollout.flag} movement={rollout} signals={rollout.signals} />
      {!isWholePage && <ShadowLine rollout={rollout} />}
    </div>
  );
}

function RolloutSentence({ rollout }: { rollout: Rollout }) {
  const { state, decision, endReason } = rollout;
  if (state === "queued") return null;
  if (endReason !== null) return <Sentence text={endReason} />;
  if (!decision) return <Sentence text="The first judgement comes within a second of the first telemetry." />;
  return <Sentence verdict={decision.verdict} text={decision.sentence} />;
}

/** What the present stage still needs before the next. */
function GateLine({ rollout }: { rollout: Rollout }) {
  const gate = rollout.decision?.gate;
  if (!gate || rollout.state === "queued") return null;
  const parts = [
    gate.neededExposure !== null && exposureText(gate, gate.neededExposure),
    gate.floorSecondsLeft > 0 && `${formatDuration(gate.floorSecondsLeft)} of the floor left`,
  ].filter(Boolean);
  return parts.length > 0 && <p className={classes.quiet}>This stage: {parts.join(" · ")}</p>;
}

function exposureText({ exposure, signal, projectedSeconds }: Decision["gate"], needed: number): string {
  const whose = signal === null ? "" : ` for ${signal}`;
  const requests = `${formatCount(Math.min(exposure, needed))} of ${formatCount(needed)} requests${whose}`;
  const isOnTheWay = projectedSeconds !== null && projectedSeconds >= 1;
  return isOnTheWay ? `${requests}, about ${formatDuration(projectedSeconds)} more` : requests;
}

function ShadowLine({ rollout }: { rollout: Rollout }) {
  const { shadow } = rollout;
  if (!shadow || shadow.canaries === 0) return null;
  const alarms =
    shadow.falseAlarms === 0
      ? "no false alarm"
      : `${shadow.falseAlarms} false ${shadow.falseAlarms === 1 ? "alarm" : "alarms"}`;
  return (
    <p
      className={classes.shadow}
      data-alarm={shadow.falseAlarms > 0 || undefined}
      title="The same guard, on pretend canaries inside your own healthy traffic: an alarm there would be a false one."
    >
      Shadow canaries on healthy traffic: {formatCount(shadow.canaries)} judged, {alarms} (strongest{" "}
      {formatOdds(shadow.maxLogEvidence)}).
    </p>
  );
}
