import { IconAlertTriangleFilled, IconArrowBackUp, IconCircleCheckFilled, IconXboxXFilled } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useOperateRefusal } from "../access/session.ts";
import type { Rollout } from "../api/types.ts";
import { useCommands } from "../shell/commands.ts";
import { GatedButton } from "../ui/gated-button.tsx";
import { useNowMs } from "../ui/use-now.ts";
import { actionsFor } from "./actions.tsx";
import classes from "./concern-list.module.css";
import type { Concern, Severity } from "./concerns.ts";

const ICONS: Readonly<Record<Severity, ReactNode>> = {
  bad: <IconXboxXFilled size={20} aria-hidden />,
  warn: <IconAlertTriangleFilled size={20} aria-hidden />,
  told: <IconArrowBackUp size={20} stroke={2.2} aria-hidden />,
};

const SPOKEN: Readonly<Record<Severity, string>> = {
  bad: "Bad: ",
  warn: "To look at: ",
  told: "Taken back: ",
};

type Props = {
  readonly concerns: readonly Concern[];
  /** What stands there when nothing hurts. */
  readonly calm: ReactNode;
};

/** The answer to "is anything hurting": what does, with the way to take it back; or that nothing does. */
export function ConcernList({ concerns, calm }: Props) {
  const hurting = concerns.filter(({ severity }) => severity !== "told").length;
  return (
    <section className={classes.concerns} aria-label="Is anything hurting?" data-testid="concerns">
      <output className={classes.spoken}>{spoken(hurting)}</output>
      {hurting === 0 && (
        <p className={classes.row} data-severity="calm">
          <IconCircleCheckFilled size={20} aria-hidden />
          <span>
            <strong>Nothing hurts.</strong> {calm}
          </span>
        </p>
      )}
      {concerns.map((concern) => (
        <ConcernRow key={concern.id} concern={concern} />
      ))}
    </section>
  );
}

function ConcernRow({ concern: { severity, title, detail, rollout } }: { concern: Concern }) {
  return (
    <div className={classes.row} data-severity={severity} data-testid="concern">
      {ICONS[severity]}
      <p>
        <strong>
          <span className={classes.spoken}>{SPOKEN[severity]}</span>
          {rollout ? (
            <Link to="/rollouts/$rolloutId" params={{ rolloutId: rollout.id }}>
              {title}
            </Link>
          ) : (
            title
          )}
        </strong>{" "}
        <span className={classes.detail}>{detail}</span>
      </p>
      {rollout && severity !== "told" && <RollBack rollout={rollout} isUrgent={severity === "bad"} />}
    </div>
  );
}

function RollBack({ rollout, isUrgent }: { rollout: Rollout; isUrgent: boolean }) {
  const { actOn } = useCommands();
  const refusal = useOperateRefusal();
  const nowMs = useNowMs();
  if (!actionsFor(rollout, nowMs).includes("roll-back")) return null;
  return (
    <GatedButton
      refusal={refusal}
      size="xs"
      color="red"
      variant={isUrgent ? "filled" : "default"}
      leftSection={<IconArrowBackUp size={14} aria-hidden />}
      aria-label={`Roll back ${rollout.flag} now`}
      onClick={() => actOn(rollout, "roll-back")}
    >
      Roll back
    </GatedButton>
  );
}

/** Only how many: the words of a row change each second. */
function spoken(hurting: number): string {
  if (hurting === 0) return "Nothing hurts.";
  return hurting === 1 ? "1 thing to look at." : `${hurting} things to look at.`;
}
