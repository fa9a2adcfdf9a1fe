import type { FlagState } from "../api/types.ts";
import { formatJson } from "./format-json.ts";
import classes from "./targeting-view.module.css";
import styles from "./variant-list.module.css";

/** What the flag can answer, and its notes. */
export function VariantList({ state }: { state: FlagState }) {
  const { variants, defaultVariant, metadata } = state.definition;
  const notes = Object.entries(metadata ?? {});
  return (
    <section className={classes.panel} aria-label="Variants">
      <h2 className={styles.title}>Variants</h2>
      <dl className={styles.variants}>
        {Object.entries(variants).map(([name, value]) => (
          <div key={name}>
            <dt>
              <code>{name}</code>
              {name === defaultVariant && <span className={styles.tag}>default</span>}
            </dt>
            <dd>
              <pre>{formatJson(value, 56)}</pre>
            </dd>
          </div>
        ))}
      </dl>
      {notes.length > 0 && (
        <dl className={styles.variants} aria-label="Notes">
          {notes.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{String(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
