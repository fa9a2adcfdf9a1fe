import { Button, Textarea } from "@mantine/core";
import { type FormEvent, type KeyboardEvent, type ReactNode, useState } from "react";
import { Dialog } from "./dialog.tsx";
import classes from "./reason-dialog.module.css";

/** As the server bounds it. */
const REASON_MAX_CHARACTERS = 1_000;

/** Room for a line of code of 88 characters. */
const WIDE_PX = 820;

type Props = {
  readonly title: string;
  /** What will happen, before it happens. */
  readonly children: ReactNode;
  readonly confirmLabel: string;
  readonly isDangerous?: boolean;
  /** Wide enough for a difference in code. */
  readonly isWide?: boolean;
  /** Reasons given often: one click fills the field. */
  readonly suggestions: readonly string[];
  readonly onConfirm: (reason: string) => Promise<unknown>;
  readonly onClose: () => void;
};

/** One confirmation, with the reason that will stand in the journal. Mounted while it is open. */
export function ReasonDialog(props: Props) {
  const [reason, setReason] = useState("");
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);

  const confirm = async () => {
    if (isBusy) return;
    const words = reason.trim();
    if (!words) return setFault("Say why, in a few words: it stands in the journal for those who come after.");
    setBusy(true);
    setFault(undefined);
    try {
      await props.onConfirm(words);
      props.onClose();
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void confirm();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While characters are composed, as in Japanese, Enter only chooses among them.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void confirm();
  };

  return (
    <Dialog title={props.title} onClose={props.onClose} {...(props.isWide ? { width: WIDE_PX } : {})}>
      <form onSubmit={onSubmit} className={classes.form}>
        <div className={classes.what}>{props.children}</div>
        <Textarea
          label="Reason"
          placeholder="What did you see?"
          data-autofocus
          autosize
          minRows={2}
          maxRows={6}
          maxLength={REASON_MAX_CHARACTERS}
          value={reason}
          error={fault}
          onChange={(event) => setReason(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <ul className={classes.suggestions} aria-label="Often said">
          {props.suggestions.map((suggestion) => (
            <li key={suggestion}>
              <button type="button" onClick={() => setReason(suggestion)}>
                {suggestion}
              </button>
            </li>
          ))}
        </ul>
        <div className={classes.buttons}>
          <Button variant="default" onClick={props.onClose}>
            Cancel
          </Button>
          <Button type="submit" color={props.isDangerous ? "red" : "blue"} loading={isBusy}>
            {props.confirmLabel}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
