import { TextInput } from "@mantine/core";
import { formatDuration, formatMilliseconds } from "../../ui/format.ts";
import { choicesOf, chosenOf, type Draft, type Faults, type FoundSignal, type SignalChoice } from "./draft.ts";
import { formatRate, sayInMany } from "./forecast-words.ts";
import classes from "./start-page.module.css";

/** For an example, where no failures are known yet. */
const EXAMPLE_FAILURE_RATE = 0.002;
const EXAMPLE_LATENCY_MS = 200;

type Props = {
  readonly draft: Draft;
  readonly found: readonly FoundSignal[];
  readonly faults: Faults;
  readonly onChange: (change: Partial<Draft>) => void;
};

/** By what it is judged, and how much worse it may be. */
export function JudgementFields({ draft, found, faults, onChange }: Props) {
  const chosen = new Set(chosenOf(draft, found).map(({ name }) => name));
  const choices = choicesOf(found);
  const fault = faults.get("/guard/signals");
  const toggle = (name: string, isOn: boolean) =>
    onChange({ signals: choices.map((each) => each.name).filter((each) => (each === name ? isOn : chosen.has(each))) });
  return (
    <section className={classes.section} aria-labelledby="judged">
      <h2 id="judged">Judged by</h2>
      <fieldset className={classes.signals} aria-describedby={fault === undefined ? undefined : "signals-fault"}>
        <legend className={classes.spoken}>Signals</legend>
        {choices.map((choice) => (
          <label key={choice.name} className={classes.signal} data-testid="signal" data-signal={choice.name}>
            <input
              type="checkbox"
              checked={chosen.has(choice.name)}
              aria-invalid={fault === undefined ? undefined : true}
              onChange={(event) => toggle(choice.name, event.currentTarget.checked)}
            />
            <span>
              <strong>{choice.name}</strong> <span className={classes.quiet}>{sayKind(choice)}</span>
            </span>
            <span className={classes.figures}>{sayArriving(found.find(({ name }) => name === choice.name))}</span>
          </label>
        ))}
        {fault !== undefined && (
          <p id="signals-fault" className={classes.fault}>
            {fault}
          </p>
        )}
      </fieldset>
      <Tolerances draft={draft} found={found} faults={faults} onChange={onChange} />
    </section>
  );
}

function Tolerances({ draft, found, faults, onChange }: Props) {
  const chosen = chosenOf(draft, found);
  const hasFailures = chosen.some(({ kind }) => kind === "failure-rate");
  const hasLatency = chosen.some(({ kind }) => kind === "latency");
  return (
    <>
      {hasFailures && (
        <div className={classes.tolerance}>
          <p>The candidate may fail</p>
          <TextInput
            aria-label="Times as often as the baseline"
            inputMode="decimal"
            rightSection={<span aria-hidden>×</span>}
            value={draft.failureRatio}
            error={faults.get("/failureRatio")}
            onChange={(event) => onChange({ failureRatio: event.currentTarget.value })}
          />
          <p>as often, plus</p>
          <TextInput
            aria-label="Plus percentage points"
            inputMode="decimal"
            rightSection={<span aria-hidden>pt</span>}
            value={draft.failureAdd}
            error={faults.get("/failureAdd")}
            onChange={(event) => onChange({ failureAdd: event.currentTarget.value })}
          />
          <p className={classes.example} data-testid="failure-example">
            {failureExample(draft, found)}
          </p>
        </div>
      )}
      {hasLatency && (
        <div className={classes.tolerance}>
          <p>It may take</p>
          <TextInput
            aria-label="Times as long as the baseline"
            inputMode="decimal"
            rightSection={<span aria-hidden>×</span>}
            value={draft.latencyRatio}
            error={faults.get("/latencyRatio")}
            onChange={(event) => onChange({ latencyRatio: event.currentTarget.value })}
          />
          <p>as long.</p>
          <p className={classes.example}>{latencyExample(draft, found)}</p>
        </div>
      )}
    </>
  );
}

/** `fails 2 in 1,000: taken back when we are sure it is worse than 2.4 in 1,000`. */
function failureExample({ failureRatio, failureAdd }: Draft, found: readonly FoundSignal[]): string {
  const known = found.find(({ kind, failureRate }) => kind === "failure-rate" && failureRate !== null)?.failureRate;
  const [ratio, add] = [Number(failureRatio), Number(failureAdd) / 100];
  if (!Number.isFinite(ratio) || !Number.isFinite(add) || ratio < 1) return "";
  const rate = known ?? EXAMPLE_FAILURE_RATE;
  const who = known === undefined || known === null ? "If the baseline fails" : "The baseline fails";
  const often = rate === 0 ? "The baseline never fails" : `${who} ${sayInMany(rate)}`;
  return `${often}: the candidate is taken back when we are sure that it is worse than ${sayInMany(ratio * rate + add)}.`;
}

function latencyExample({ latencyRatio }: Draft, found: readonly FoundSignal[]): string {
  const known = found.find(({ latencyMs }) => latencyMs !== null)?.latencyMs?.p95;
  const ratio = Number(latencyRatio);
  if (!Number.isFinite(ratio) || ratio < 1) return "";
  const usual = known ?? EXAMPLE_LATENCY_MS;
  const who = known === undefined ? "If 95 % of the baseline's requests take" : "95 % of the baseline's requests take";
  return `${who} up to ${formatMilliseconds(usual)}: up to ${formatMilliseconds(usual * ratio)} is no regression.`;
}

function sayKind({ kind, source, count }: SignalChoice): string {
  const what =
    kind === "latency" ? "how long requests take" : count === "users" ? "users with a failure" : "failed requests";
  return `${what}, from ${source}`;
}

function sayArriving(found: FoundSignal | undefined): string {
  if (!found) return "nothing has arrived";
  const { perSecond, failureRate, latencyMs, lastSecondsAgo, count } = found;
  const rate = formatRate(perSecond);
  const parts = [
    count === "users" ? rate.replace("requests", "users") : rate,
    failureRate !== null && `${sayInMany(failureRate)} fail`,
    latencyMs !== null && `p95 ${formatMilliseconds(latencyMs.p95)}`,
    lastSecondsAgo !== null && lastSecondsAgo > 60 && `last ${formatDuration(lastSecondsAgo)} ago`,
  ];
  return parts.filter(Boolean).join(" · ");
}
