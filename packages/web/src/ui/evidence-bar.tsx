import classes from "./evidence-bar.module.css";
import { formatCount, formatOdds } from "./format.ts";

/** The bar ends one power of ten above the line. */
const DECADES_ABOVE_LINE = 1;

type Props = {
  /** ln of the evidence that the candidate is worse. */
  readonly logEvidence: number;
  /** The evidence at which it is taken back is 1/α. */
  readonly alpha: number;
};

/** How strong the evidence against the candidate is, on a log scale from 1 : 1 to beyond the line at which it is taken back. */
export function EvidenceBar({ logEvidence, alpha }: Props) {
  const lineDecade = Math.log10(1 / alpha);
  const lastDecade = lineDecade + DECADES_ABOVE_LINE;
  const decade = Math.max(0, Math.min(lastDecade, logEvidence / Math.LN10));
  const line = `${formatCount(1 / alpha)} : 1`;
  const decades = Array.from({ length: Math.floor(lineDecade) }, (_, power) => power);
  return (
    <div className={classes.evidence} data-level={levelOf(decade, lineDecade)}>
      <div className={classes.head}>
        <span>Evidence that it is worse</span>
        <strong data-testid="evidence">{formatOdds(logEvidence)}</strong>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a native meter knows no line across */}
      <div
        role="meter"
        className={classes.bar}
        aria-label="Evidence that the candidate is worse"
        aria-valuemin={0}
        aria-valuemax={lastDecade}
        aria-valuenow={Number(decade.toFixed(2))}
        aria-valuetext={`${formatOdds(logEvidence)}; taken back at ${line}`}
      >
        <span className={classes.fill} style={{ transform: `scaleX(${decade / lastDecade})` }} />
        <span className={classes.line} style={{ left: `${(lineDecade / lastDecade) * 100}%` }} />
      </div>
      <div className={classes.scale} aria-hidden>
        {decades.map((power) => (
          <span key={power} style={{ left: `${(power / lastDecade) * 100}%` }} data-first={power === 0 || undefined}>
            {formatCount(10 ** power)}
          </span>
        ))}
        <span className={classes.lineLabel} style={{ left: `${(lineDecade / lastDecade) * 100}%` }}>
          {line}
        </span>
      </div>
    </div>
  );
}

function levelOf(decade: number, lineDecade: number): "calm" | "raised" | "reached" {
  if (decade >= lineDecade) return "reached";
  return decade >= lineDecade / 2 ? "raised" : "calm";
}
