import { IconAlertTriangle } from "@tabler/icons-react";
import classes from "./fault-line.module.css";

/** Why something that was asked for did not happen, beside what asked for it. Said aloud once. */
export function FaultLine({ fault }: { fault: string | undefined }) {
  if (!fault) return null;
  return (
    <p className={classes.fault} role="alert">
      <IconAlertTriangle size={16} aria-hidden />
      <span>{fault}</span>
    </p>
  );
}
