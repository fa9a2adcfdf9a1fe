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
import { measuresOf } from "./figures.ts";
import classes from "./target-line.module.css";

type Named = {
  readonly label: string;
  readonly unit: string;
  readonly perUnit: number;
  readonly isLowerBetter: boolean;
};

const HOUR_MS = 3_600_000;

const TARGETS: Readonly<Record<DeliveryTarget["measure"], Named>> = {
  "lead-time": { label: "Median lead time at most", unit: "hours", perUnit: HOUR_MS, isLowerBetter: true },
  frequency: { label: "Deployments at least", unit: "a week", perUnit: 1, isLowerBetter: false },
  "change-fail-rate": { label: "Change fail rate at most", unit: "%", perUnit: 0.01, isLowerBetter: true },
  recovery: { label: "Median recovery at most", unit: "hours", perUnit: HOUR_MS, isLowerBetter: true },
};

/** What the service wants to reach, and how far it is. */
export function TargetLine({ report }: { report: DeliveryReport }) {
  const [isOpen, setOpen] = useState(false);
  const refusal = useOperateRefusal();
  return (
    <section className={classes.line} aria-label="Target">
      <IconTargetArrow size={18} aria-hidden />
      <span>{sentenceOf(report)}</span>
      <GatedButton refusal={refusal} size="xs" variant="default" onClick={() => setOpen(true)}>
        {report.target ? "Change the target" : "Set a target"}
      </GatedButton>
      {isOpen && <TargetDialog report={report} onClose={() => setOpen(false)} />}
    </section>
  );
}

function sentenceOf(report: DeliveryReport): string {
  const { target } = report;
  if (!target) return "No target is set. Compare a service with its own past, and say what it should reach.";
  const { label, unit, perUnit, isLowerBetter } = TARGETS[target.measure];
  const wanted = target.measure === "change-fail-rate" ? target.value * 100 : target.value;
  const goal = `Target: ${label.toLowerCase()} ${Number(wanted.toPrecision(3))} ${unit}`;
  const measure = measuresOf(report).find((each) => each.name === target.measure);
  if (!measure || measure.value === null) return `${goal}. Too few data to say how far it is.`;
  const now = measure.value / perUnit;
  const isReached = isLowerBetter ? now <= wanted : now >= wanted;
  if (isReached) return `${goal}: reached, with ${measure.text}.`;
  const left = isLowerBetter ? 1 - wanted / now : wanted / now - 1;
  return `${goal}. Now ${measure.text}: ${Math.round(left * 100)} % to go.`;
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
