import type { FlagEvaluation } from "../api/types.ts";
import { formatPercent } from "../ui/format.ts";
import classes from "./rule-view.module.css";
import type { Arm, Condition, Rule, Word } from "./rule-words.ts";
import { describeTargeting } from "./rule-words.ts";

type Trace = Pick<FlagEvaluation, "steps" | "matchedPath">;

type Props = {
  readonly targeting: unknown;
  readonly defaultVariant: string | null | undefined;
  /** What was looked at for one context; absent: nothing is highlighted. */
  readonly trace?: Trace | undefined;
};

/** Targeting in plain words; with a trace, the conditions that were met and the answer that came of it. */
export function RuleView({ targeting, defaultVariant, trace }: Props) {
  const rule = describeTargeting(targeting);
  const fallback = defaultVariant ?? "the code's default";
  const shown = { fallback, trace: trace && readTrace(trace) };
  if (rule === null) {
    return (
      <p className={classes.none} data-testid="rules">
        There is no rule: everybody gets <code>{fallback}</code>.
      </p>
    );
  }
  return (
    <div className={classes.rules} data-testid="rules">
      <RuleLines rule={rule} shown={shown} />
      <p className={classes.rest}>
        Whoever no rule serves gets the default: <code>{fallback}</code>.
      </p>
    </div>
  );
}

type ShownTrace = {
  readonly isMetByPath: ReadonlyMap<string, boolean>;
  readonly answerPath: string | undefined;
};
type Shown = { readonly fallback: string; readonly trace: ShownTrace | undefined };

function readTrace({ steps }: Trace): ShownTrace {
  const isMetByPath = new Map<string, boolean>();
  for (const step of steps) if (step.kind === "condition") isMetByPath.set(step.path, step.isMet);
  const last = steps.at(-1);
  return { isMetByPath, answerPath: last?.kind === "answer" ? last.path : undefined };
}

function RuleLines({ rule, shown }: { rule: Rule; shown: Shown }) {
  switch (rule.kind) {
    case "answer":
      return <Answer path={rule.path} variant={rule.variant} shown={shown} />;
    case "computed":
      return (
        <span className={classes.answer} data-matched={rule.path === shown.trace?.answerPath || undefined}>
          the variant named by <Words words={rule.words} />
        </span>
      );
    case "choice":
      return <Choice rule={rule} shown={shown} />;
    case "split":
      return <Split rule={rule} shown={shown} />;
    case "first":
      return (
        <ol className={classes.block}>
          {rule.rules.map((each, index) => (
            <li key={each.path} className={classes.branch}>
              <span className={classes.keyword}>{index === 0 ? "first" : "whoever is left"}</span>
              <div className={classes.then}>
                <RuleLines rule={each} shown={shown} />
              </div>
            </li>
          ))}
        </ol>
      );
  }
}

function Choice({ rule, shown }: { rule: Extract<Rule, { kind: "choice" }>; shown: Shown }) {
  return (
    <ol className={classes.block}>
      {rule.branches.map(({ condition, rule: then }, index) => (
        <li key={then.path + String(condition?.path)} className={classes.branch}>
          <span className={classes.keyword}>{condition === null ? "else" : index === 0 ? "if" : "else if"}</span>
          {condition && <ConditionWords condition={condition} shown={shown} />}
          <span className={classes.arrow}>
            <span aria-hidden>→</span>
            <span className={classes.spoken}>then</span>
          </span>
          <div className={classes.then}>
            <RuleLines rule={then} shown={shown} />
          </div>
        </li>
      ))}
    </ol>
  );
}

function Split({ rule, shown }: { rule: Extract<Rule, { kind: "split" }>; shown: Shown }) {
  return (
    <div className={classes.split}>
      <span>
        by <Words words={rule.by} />:
      </span>
      <ul className={classes.arms}>
        {rule.arms.map((arm) => (
          <li key={arm.path}>
            <ArmShare arm={arm} /> <RuleLines rule={arm.rule} shown={shown} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function ArmShare({ arm }: { arm: Arm }) {
  return (
    <>
      <strong>{arm.share === null ? "a computed share" : formatPercent(arm.share)}</strong> <span aria-hidden>→</span>
      <span className={classes.spoken}>get</span>
    </>
  );
}

function Answer({ path, variant, shown }: { path: string; variant: string | null; shown: Shown }) {
  const isMatched = path === shown.trace?.answerPath;
  return (
    <span className={classes.answer} data-matched={isMatched || undefined} data-path={path}>
      {variant === null ? "the default" : <code>{variant}</code>}
      {isMatched && <span className={classes.spoken}> (this is what matched)</span>}
    </span>
  );
}

function ConditionWords({ condition, shown }: { condition: Condition; shown: Shown }) {
  const isMet = shown.trace?.isMetByPath.get(condition.path);
  const verdict = isMet === undefined ? undefined : isMet ? "met" : "unmet";
  return (
    <span className={classes.condition} data-verdict={verdict}>
      <ConditionParts condition={condition} shown={shown} />
      {verdict && condition.kind === "test" && (
        <span className={classes.verdict}>
          <span aria-hidden>{isMet ? "✓" : "✗"}</span>
          <span className={classes.spoken}>{isMet ? "met" : "not met"}</span>
        </span>
      )}
    </span>
  );
}

function ConditionParts({ condition, shown }: { condition: Condition; shown: Shown }) {
  switch (condition.kind) {
    case "test":
      return <Words words={condition.words} />;
    case "not":
      return (
        <>
          not (<ConditionWords condition={condition.part} shown={shown} />)
        </>
      );
    default:
      return condition.parts.map((part, index) => (
        <span key={part.path}>
          {index > 0 && <span className={classes.joint}> {condition.kind === "all" ? "and" : "or"} </span>}
          {part.kind === "all" || part.kind === "any" ? (
            <>
              (<ConditionWords condition={part} shown={shown} />)
            </>
          ) : (
            <ConditionWords condition={part} shown={shown} />
          )}
        </span>
      ));
  }
}

function Words({ words }: { words: readonly Word[] }) {
  return words.map((word, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: the words of one sentence are never reordered
    if (word.tone === "plain") return <span key={index}>{word.text}</span>;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: the words of one sentence are never reordered
      <code key={index} data-tone={word.tone}>
        {word.text}
      </code>
    );
  });
}
