import { IconAlertTriangle, IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import classes from "./edit-definition.module.css";
import type { CheckedText } from "./editor/check-text.ts";

type Props = { readonly checked: CheckedText | undefined; readonly onShow: (path: string) => void };
type Severity = "fault" | "warning" | "fine";

const ICONS = { fault: IconCircleX, warning: IconAlertTriangle, fine: IconCircleCheck } as const;

/** What the check found, in the order of the text; a place leads into the editor. */
export function EditFindings({ checked, onShow }: Props) {
  return (
    <ul className={classes.findings} aria-live="polite" aria-label="What the check found">
      <Findings checked={checked} onShow={onShow} />
    </ul>
  );
}

function Findings({ checked, onShow }: Props) {
  if (!checked) return <li className={classes.finding}>Checking…</li>;
  if (checked.kind !== "checked") return <Finding severity="fault" message={checked.message} />;
  const { faults, warnings, refusal, changes } = checked.check;
  const isFine = faults.length === 0 && refusal === null;
  return (
    <>
      {faults.map(({ path, message }) => (
        <Finding key={path + message} severity="fault" path={path} message={message} onShow={onShow} />
      ))}
      {refusal && <Finding severity="fault" message={refusal.detail} />}
      {warnings.map(({ path, message }) => (
        <Finding key={path + message} severity="warning" path={path} message={message} onShow={onShow} />
      ))}
      {isFine && (
        <Finding
          severity="fine"
          message={changes.length === 0 ? "No fault. Nothing is changed yet." : "No fault: it can be saved."}
        />
      )}
    </>
  );
}

type FindingProps = {
  readonly severity: Severity;
  readonly message: string;
  readonly path?: string;
  readonly onShow?: (path: string) => void;
};

function Finding({ severity, message, path, onShow }: FindingProps) {
  const Icon = ICONS[severity];
  return (
    <li className={classes.finding} data-severity={severity} data-testid="finding">
      <Icon size={15} aria-hidden />
      <span>
        {path !== undefined && onShow && (
          <>
            <button type="button" onClick={() => onShow(path)}>
              {path || "the definition"}
            </button>{" "}
          </>
        )}
        {message}
      </span>
    </li>
  );
}
