import { Button, Tooltip } from "@mantine/core";
import { IconRocket } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useOperateRefusal } from "../../access/session.ts";
import classes from "./start-page.module.css";

type Props = {
  readonly label: string;
  readonly environment: string;
  readonly isBusy: boolean;
  /** Why the server did not take it. */
  readonly refusal: string | undefined;
};

/** The button, and why it did not work or is not this person's to press. */
export function StartSubmit({ label, environment, isBusy, refusal }: Props) {
  const mayNot = useOperateRefusal();
  return (
    <div className={classes.submit}>
      {refusal !== undefined && (
        <p role="alert" className={classes.refusal}>
          {refusal}
        </p>
      )}
      {mayNot !== null && (
        <p className={classes.refusal} data-tone="info">
          {mayNot}
        </p>
      )}
      <div className={classes.buttons}>
        <Tooltip label={mayNot} disabled={mayNot === null} multiline w={260} withinPortal={false}>
          <Button
            type="submit"
            loading={isBusy}
            leftSection={<IconRocket size={16} aria-hidden />}
            aria-disabled={mayNot !== null}
            data-disabled={mayNot !== null}
          >
            {label}
          </Button>
        </Tooltip>
        <Link to="/" search={{ environment }}>
          Cancel
        </Link>
      </div>
    </div>
  );
}
