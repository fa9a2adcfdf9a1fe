import { Button } from "@mantine/core";
import type { FlagDefinition, FlagState } from "../api/types.ts";
import { Dialog } from "../ui/dialog.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import classes from "./conflict-dialog.module.css";
import { DefinitionDiff } from "./definition-diff.tsx";

type Props = {
  /** What mine began with. */
  readonly base: FlagState;
  readonly theirs: FlagState;
  /** `undefined`: it has faults, so it cannot be put over theirs. */
  readonly mine: FlagDefinition | undefined;
  readonly onTakeTheirs: () => void;
  readonly onKeepMine: () => void;
  readonly onClose: () => void;
};

/** Somebody wrote while this was edited: both changes are shown, and a person chooses. */
export function ConflictDialog({ base, theirs, mine, onTakeTheirs, onKeepMine, onClose }: Props) {
  return (
    <Dialog title="Somebody changed it meanwhile" width={900} onClose={onClose}>
      <p className={classes.what}>
        <strong>{theirs.updatedBy.name}</strong> wrote version {theirs.version} <RelativeTime at={theirs.updatedAt} />
        {theirs.reason && <>: “{theirs.reason}”</>}. Yours began with version {base.version}.
      </p>
      <div className={classes.sides}>
        <section aria-label="Their change">
          <h3>What they changed</h3>
          <DefinitionDiff before={base.definition} after={theirs.definition} />
        </section>
        <section aria-label="My change">
          <h3>What yours would change in theirs</h3>
          {mine ? (
            <DefinitionDiff before={theirs.definition} after={mine} />
          ) : (
            <p className={classes.what}>Yours has faults: mend them first.</p>
          )}
        </section>
      </div>
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          Keep editing
        </Button>
        <Button variant="default" onClick={onTakeTheirs}>
          Take theirs, drop mine
        </Button>
        <Button disabled={!mine} onClick={onKeepMine}>
          Keep mine over theirs
        </Button>
      </div>
    </Dialog>
  );
}
