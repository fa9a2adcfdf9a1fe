import { Button, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import classes from "./copy-line.module.css";

type Props = {
  /** What it is, for those who hear the button. */
  readonly label: string;
  readonly text: string;
  readonly onCopied?: () => void;
};

/** One line of text that is to be taken elsewhere. A click into it selects the whole, for browsers that forbid copying. */
export function CopyLine({ label, text, onCopied }: Props) {
  return (
    <div className={classes.line}>
      <input
        readOnly
        aria-label={label}
        value={text}
        spellCheck={false}
        onFocus={(event) => event.currentTarget.select()}
        onCopy={onCopied}
      />
      <CopyButton value={text} timeout={2_000}>
        {({ copied, copy }) => (
          <Button
            variant="default"
            leftSection={copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
            onClick={() => {
              copy();
              onCopied?.();
            }}
          >
            {copied ? "Copied" : "Copy"}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
