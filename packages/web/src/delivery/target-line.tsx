import { Button, NativeSelect, NumberInput } from "@mantine/core";
import { IconTargetArrow } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useOperateRefusal } from "../access/session.ts";
import { answerOf, api } from "../api/client.ts";
import type { DeliveryReport, DeliveryTarget } from "../api/types.ts";
import { Dialog } from "../ui/dialog.tsx";
import form from "../ui/dialog-form.module.css";
import { FaultLine } from "../ui/fault-line.tsx";
import { GatedButton } from "../ui/gated-button.tsx";
import { servicesQuery } from "./delivery-queries.ts";
import { BASELINE_DAYS } from "./delivery-search.ts";
import { measuresOf } from "./figures.ts";
import classes from "./target-line.module.css";
import { isReached, type Progress, progressOf, TARGETS } from "./target-progress.ts";

type Props = { readonly report: DeliveryReport; readonly baseline: DeliveryReport | undefined };

/** What the service wants to reach, where it began, and how far it is. */
export function TargetLine({ report, baseline }: Props) {
  const [isOpen, setOpen] = useState(false);
  const refusal = useOperateRefusal();
  const progress = progressOf(report, baseline);
  return (
    <section className={classes.line} aria-label="Target">
      <IconTargetArrow size={18} aria-hidden />
      <div className={classes.words}>
        <p>{sentenceOf(report)}</p>
        {progress && <ProgressTrack progress={progress} />}
        {report.target && !progress && (
          <p className={classes.quiet}>
            Too few data in the {BASELINE_DAYS} days before this time, or now, to say how far it has come.
          </p>
        )}
      </div>
      <GatedButton refusal={refusal} size="xs" variant="default" onClick={() => setOpen(true)}>
        {report.target ? "Change the target" : "Set a target"}
      </GatedButton>
      {isOpen && <TargetDialog report={report} onClose={() => setOpen(false)} />}
    </section>
  );
}

function ProgressTrack({ progress }: { progress: Progress }) {
  const percent = Math.round(progress.share * 100);
  const words = progress.isFurtherOff
    ? `further off than the baseline, ${progress.baselineText}`
    : `${percent} % of the way from the baseline, ${progress.baselineText}`;
  return (
    <div className={classes.progress}>
      <meter
        className={classes.track}
        min={0}
        max={1}
        value={progress.share}
        aria-label={`Progress towards the target: ${words}`}
      />
      <span>
        {progress.isFurtherOff ? "Further off" : `${percent} % of the way`}{" "}
        <span className={classes.quiet}>
          from the baseline, {progress.baselineText} in the {BASELINE_DAYS} days before
        </span>
      </span>
    </div>
  );
}

function sentenceOf(report: DeliveryReport): string {
  const { target } = report;
  if (!target) return "No target is set. Compare a service with its own past, and say what it should reach.";
  const { label, unit } = TARGETS[target.measure];
  const wanted = target.measure === "change-fail-rate" ? target.value * 100 : target.value;
  const goal = `Target: ${label.toLowerCase()} ${Number(wanted.toPrecision(3))} ${unit === "hours" && wanted === 1 ? "hour" : unit}`;
  const measure = measuresOf(report).find((each) => each.name === target.measure);
  if (!measure || measure.value === null) return `${goal}. Too few data to say how far it is.`;
  return isReached(target, measure.value) ? `${goal}: reached, with ${measure.text}.` : `${goal}. Now ${measure.text}.`;
}

function TargetDialog({ report, onClose }: { report: DeliveryReport; onClose: () => void }) {
  const service = useQuery(servicesQuery).data?.find((each) => each.key === report.service);
  const [measure, setMeasure] = useState<DeliveryTarget["measure"]>(report.target?.measure ?? "lead-time");
  const shown =
    report.target?.measure === measure ? report.target.value * (measure === "change-fail-rate" ? 100 : 1) : "";
  const [value, setValue] = useState<string | number>(shown);
  const { save, fault, isBusy } = useSave(onClose);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const given = Number(value);
    if (!service || isBusy || value === "" || !Number.isFinite(given)) return;
    void save(service, { measure, value: measure === "change-fail-rate" ? given / 100 : given });
  };
  return (
    <Dialog title={`What should ${report.service} reach?`} onClose={onClose}>
      <form className={form.form} onSubmit={onSubmit} noValidate>
        <NativeSelect
          label="Measure"
          data={Object.entries(TARGETS).map(([name, { label }]) => ({ value: name, label }))}
          value={measure}
          onChange={(event) => setMeasure(readMeasure(event.currentTarget.value))}
        />
        <NumberInput
          label={`Value, ${TARGETS[measure].unit}`}
          data-autofocus
          min={0}
          value={value}
          onChange={setValue}
          hideControls
        />
        <FaultLine fault={fault} />
        <div className={form.buttons}>
          {report.target && service && (
            <Button variant="subtle" color="red" onClick={() => void save(service, null)}>
              Remove
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isBusy} disabled={value === ""}>
            Set
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function readMeasure(value: string): DeliveryTarget["measure"] {
  if (value === "frequency" || value === "change-fail-rate" || value === "recovery") return value;
  return "lead-time";
}

type SavedService = {
  readonly key: string;
  readonly name: string;
  readonly owner: string;
  readonly repositories: string[];
};

function useSave(onClose: () => void) {
  const queryClient = useQueryClient();
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const save = async ({ key, name, owner, repositories }: SavedService, target: DeliveryTarget | null) => {
    setBusy(true);
    setFault(undefined);
    try {
      const body = { name, owner, repositories, target };
      await answerOf(api.PUT("/api/v1/services/{key}", { params: { path: { key } }, body }));
      await queryClient.invalidateQueries({ queryKey: ["delivery", key] });
      void queryClient.invalidateQueries(servicesQuery);
      onClose();
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return { save, fault, isBusy };
}
