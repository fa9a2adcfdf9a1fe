import classes from "./in-a-clone.module.css";

/** Who runs from a clone of the repository has no `steadfast` on the path. */
export function InAClone() {
  return (
    <p className={classes.note}>
      In a clone of the repository, write <code>npm run --silent steadfast --</code> instead of <code>steadfast</code>.
    </p>
  );
}
