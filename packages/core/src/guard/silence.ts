import type { ComparedCounts } from "./counts.ts";
import type { SilencePlan } from "./plan.ts";

/** How a source reports, measured in judged ticks, so that a pause of the judge is no silence of the source. */
export type SourceState = {
  /** The tick from which silence is counted before the first report. */
  readonly sinceTick: number;
  /** `null`: never. */
  readonly lastReportTick: number | null;
  /** The usual gap between reports, ticks. Rises at once with a longer gap, falls slowly. */
  readonly cadence: number;
  readonly isMeasured: boolean;
  /** Someone was told of the present silence. */
  readonly isNotified: boolean;
  /** Requests of both arms in the last few reports of this share, for a silent candidate. */
  readonly recent: readonly { readonly tick: number; readonly baseline: number; readonly candidate: number }[];
  /** Requests of this stage, for the share that targeting leaves. */
  readonly stageBaseline: number;
  readonly stageCandidate: number;
  /** Candidate requests of the whole rollout. */
  readonly candidateRequests: number;
  /** Units newly seen in this stage since it settled. */
  readonly newCandidateUnits: number;
  readonly newBaselineUnits: number;
};

/** An OpenTelemetry batch processor exports every 5 s unless told otherwise: assumed until two reports were seen. */
const ASSUMED_CADENCE_TICKS = 5;
/** Silence is longer than three usual gaps, worth a message after six, a roll-back after twelve. */
const FREEZE_CADENCES = 3;
const NOTIFY_CADENCES = 6;
const ROLL_BACK_CADENCES = 12;
/** How much of a shorter gap the cadence takes over. */
const CADENCE_FALL = 1 / 8;

/** A silent candidate: less than 1 % of at least 20 expected requests in 10 s. */
const SILENT_CANDIDATE_TICKS = 10;
const SILENT_CANDIDATE_PART = 0.01;
const SILENT_CANDIDATE_MIN_EXPECTED = 20;
/** Requests of one user come or stay away together: a share that should hold 10 users is empty in 1 of 20,000 rollouts. */
const SILENT_CANDIDATE_MIN_UNITS = 10;
/** A long outage makes the window long for a while: the state stays small all the same. */
const MAX_RECENT_REPORTS = 100;
/** Reports of a share published before arrive for a while: newly seen units count from this many ticks on. */
const SHARE_SETTLE_TICKS = 10;

export function startSource(tick: number): SourceState {
  return {
    sinceTick: tick,
    lastReportTick: null,
    cadence: ASSUMED_CADENCE_TICKS,
    isMeasured: false,
    isNotified: false,
    recent: [],
    stageBaseline: 0,
    stageCandidate: 0,
    candidateRequests: 0,
    newCandidateUnits: 0,
    newBaselineUnits: 0,
  };
}

/** A new share or stage: what was expected of the arms before says nothing now. */
export function startSourceStage(state: SourceState): SourceState {
  return {
    ...state,
    recent: [],
    stageBaseline: 0,
    stageCandidate: 0,
    newCandidateUnits: 0,
    newBaselineUnits: 0,
  };
}

/** Folds one tick of one source in. @param stageTicks ticks since the share last changed, 0 for the first */
export function foldSource(
  state: SourceState,
  tick: number,
  stageTicks: number,
  counts: ComparedCounts | undefined,
): SourceState {
  if (counts === undefined) return state;
  const { baseline, candidate } = counts;
  const reported = withCadence(state, tick);
  const windowStart = tick - candidateWindow(reported);
  const isSettled = stageTicks >= Math.max(SHARE_SETTLE_TICKS, FREEZE_CADENCES * reported.cadence);
  return {
    ...reported,
    recent: [
      ...state.recent.filter((report) => report.tick > windowStart).slice(-MAX_RECENT_REPORTS),
      { tick, baseline: baseline.requests, candidate: candidate.requests },
    ],
    stageBaseline: state.stageBaseline + baseline.requests,
    stageCandidate: state.stageCandidate + candidate.requests,
    candidateRequests: state.candidateRequests + candidate.requests,
    newCandidateUnits: state.newCandidateUnits + (isSettled ? (candidate.units?.firstSeen ?? 0) : 0),
    newBaselineUnits: state.newBaselineUnits + (isSettled ? (baseline.units?.firstSeen ?? 0) : 0),
  };
}

/** Ticks without a report. */
export function silentTicks(state: SourceState, tick: number): number {
  return tick - (state.lastReportTick ?? state.sinceTick);
}

export type SilenceLimits = { readonly freeze: number; readonly notify: number; readonly rollBack: number };

/** Seconds of silence from which something is done; a slow but regular source stays below all of them. */
export function silenceLimits(state: SourceState, plan: SilencePlan): SilenceLimits {
  return {
    freeze: Math.max(plan.freezeAfterSeconds, FREEZE_CADENCES * state.cadence),
    notify: Math.max(plan.notifyAfterSeconds, NOTIFY_CADENCES * state.cadence),
    rollBack: Math.max(plan.rollBackAfterSeconds, ROLL_BACK_CADENCES * state.cadence),
  };
}

/**
 * Whether the baseline reports and the candidate does not: a candidate that dies before it can report.
 *
 * @param share the published share, 0 < share < 1
 * @param isShareChecked false when targeting shifts people between the arms: the stage's own ratio is expected then
 * @param baselineUnits users of the baseline, as if all were equally busy: with few of them a share may hold nobody
 */
export function silentCandidate(
  state: SourceState,
  tick: number,
  stageTicks: number,
  share: number,
  isShareChecked: boolean,
  baselineUnits: number,
): { expected: number; seen: number } | null {
  const window = candidateWindow(state);
  if (stageTicks < window) return null;
  let baseline = 0;
  let seen = 0;
  for (const report of state.recent) {
    if (report.tick <= tick - window) continue;
    baseline += report.baseline;
    seen += report.candidate;
  }
  const earlierBaseline = state.stageBaseline - baseline;
  const earlierOdds = earlierBaseline > 0 ? (state.stageCandidate - seen) / earlierBaseline : 0;
  const odds = isShareChecked ? share / (1 - share) : earlierOdds;
  const expected = baseline * odds;
  if (baselineUnits * odds < SILENT_CANDIDATE_MIN_UNITS) return null;
  const isSilent = expected >= SILENT_CANDIDATE_MIN_EXPECTED && seen < SILENT_CANDIDATE_PART * expected;
  return isSilent ? { expected, seen } : null;
}

function candidateWindow(state: SourceState): number {
  return Math.max(SILENT_CANDIDATE_TICKS, FREEZE_CADENCES * state.cadence);
}

function withCadence(state: SourceState, tick: number): SourceState {
  const reported = { ...state, lastReportTick: tick, isNotified: false };
  if (state.lastReportTick === null) return reported;
  const gap = tick - state.lastReportTick;
  if (!state.isMeasured) return { ...reported, cadence: gap, isMeasured: true };
  const cadence = gap > state.cadence ? gap : state.cadence + (gap - state.cadence) * CADENCE_FALL;
  return { ...reported, cadence };
}
