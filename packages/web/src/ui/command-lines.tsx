import { Button, CopyButton } from "@mantine/core";
import classes from "./command-lines.module.css";

/** Lines to paste into a terminal, with one button that copies them. */
export function CommandLines({ label, lines }: { label: string; lines: string }) {
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.head}>
        <span>{label}</span>
        <CopyButton value={lines} timeout={1_500}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" onClick={copy} aria-label={`Copy: ${label}`}>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
      </figcaption>
      <pre className={classes.lines} data-testid="command-lines">
        {lines}
      </pre>
    </figure>
  );
}
