import { describeChanges } from "./change-words.ts";
import classes from "./definition-diff.module.css";
import { formatDefinition } from "./format-json.ts";
import { type DiffLine, diffLines } from "./line-diff.ts";

type Change = { readonly path: string; readonly before?: unknown; readonly after?: unknown };

type Props = {
  readonly before: unknown;
  readonly after: unknown;
  /** In words above it, when they are known. */
  readonly changes?: readonly Change[];
};

const MARKS: Readonly<Record<DiffLine["kind"], string>> = { same: " ", added: "+", removed: "−" };
const SPOKEN: Readonly<Record<DiffLine["kind"], string>> = { same: "", added: "added: ", removed: "removed: " };

/** What changes between two definitions: in words, and line by line in their JSON. */
export function DefinitionDiff({ before, after, changes }: Props) {
  const lines = diffLines(before === undefined ? "" : formatDefinition(before), formatDefinition(after));
  return (
    <div className={classes.diff} data-testid="definition-diff">
      {changes && changes.length > 0 && (
        <ul className={classes.words}>
          {describeChanges(changes).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in reach of the keyboard */}
      <section className={classes.lines} tabIndex={0} aria-label="Difference, line by line">
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one difference are never reordered
          <span key={index} className={classes.line} data-kind={line.kind}>
            <span aria-hidden>{MARKS[line.kind]} </span>
            {line.kind !== "same" && <span className={classes.spoken}>{SPOKEN[line.kind]}</span>}
            {line.text || " "}
          </span>
        ))}
      </section>
    </div>
  );
}
