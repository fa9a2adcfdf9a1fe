import {
  IconAlertTriangleFilled,
  IconChevronDown,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconXboxXFilled,
  type TablerIcon,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { aboutQuery, instancesQuery, telemetryQuery } from "./health-queries.ts";
import { type Reading, readGuard, readInstances, readServer, readTelemetry, type Tone } from "./health-readings.ts";
import classes from "./health-strip.module.css";
import { InstancesDetail } from "./instances-detail.tsx";
import { TelemetryDetail } from "./telemetry-detail.tsx";
import { useBehindForMs } from "./use-behind-for.ts";

export type HealthPart = "telemetry" | "instances";

type Props = {
  readonly environment: string;
  /** A rollout is in flight: without telemetry it cannot be judged. */
  readonly isTelemetryNeeded: boolean;
  /** Whose details are open. */
  readonly open: HealthPart | undefined;
  readonly onOpen: (part: HealthPart | undefined) => void;
};

/** How the control plane itself is, in one line: what arrives, who evaluates, whether the guard keeps its second. */
export function HealthStrip({ environment, isTelemetryNeeded, open, onOpen }: Props) {
  const about = useQuery(aboutQuery);
  const telemetry = useQuery(telemetryQuery(environment));
  const instances = useQuery(instancesQuery(environment));
  const behindForMs = useBehindForMs(instances.data);
  const toggle = (part: HealthPart) => () => onOpen(open === part ? undefined : part);
  return (
    <section aria-label="Health of the control plane" className={classes.health} data-testid="health">
      <div className={classes.strip}>
        <Opener
          name="Telemetry"
          part="telemetry"
          isOpen={open === "telemetry"}
          reading={readingOf(telemetry, (data) => readTelemetry(data, isTelemetryNeeded))}
          onToggle={toggle("telemetry")}
        />
        <Opener
          name="SDK instances"
          part="instances"
          isOpen={open === "instances"}
          reading={readingOf(instances, (data) => readInstances(data, behindForMs))}
          onToggle={toggle("instances")}
        />
        <Cell name="Guard" part="guard" reading={readingOf(about, readGuard)} />
        <Cell name="Server" part="server" reading={readingOf(about, readServer)}>
          <Link to="/settings/about" className={classes.more} aria-label="About this server" />
        </Cell>
      </div>
      {open === "telemetry" && telemetry.data && <TelemetryDetail telemetry={telemetry.data} />}
      {open === "instances" && instances.data && <InstancesDetail instances={instances.data} />}
    </section>
  );
}

type Answer<T> = { readonly data: T | undefined; readonly isError: boolean };

function readingOf<T>({ data, isError }: Answer<T>, read: (data: T) => Reading): Reading {
  if (data === undefined && isError) return { tone: "warn", headline: "Not known", detail: "could not be read" };
  return data === undefined ? { tone: "idle", headline: "…", detail: "" } : read(data);
}

const TONES: Readonly<Record<Tone, { Icon: TablerIcon; spoken: string }>> = {
  good: { Icon: IconCircleCheckFilled, spoken: "fine" },
  warn: { Icon: IconAlertTriangleFilled, spoken: "to look at" },
  bad: { Icon: IconXboxXFilled, spoken: "bad" },
  idle: { Icon: IconCircleDashed, spoken: "nothing yet" },
};

type CellProps = {
  readonly name: string;
  readonly part: string;
  readonly reading: Reading;
  readonly children?: ReactNode;
};

function Cell({ name, part, reading, children }: CellProps) {
  return (
    <div className={classes.cell} data-tone={reading.tone} data-part={part}>
      <Words name={name} reading={reading} />
      {children}
    </div>
  );
}

type OpenerProps = CellProps & { readonly isOpen: boolean; readonly onToggle: () => void };

function Opener({ name, part, reading, isOpen, onToggle }: OpenerProps) {
  return (
    <button
      type="button"
      className={classes.cell}
      data-tone={reading.tone}
      data-part={part}
      aria-expanded={isOpen}
      onClick={onToggle}
    >
      <Words name={name} reading={reading} />
      <IconChevronDown size={15} className={classes.chevron} aria-hidden />
    </button>
  );
}

function Words({ name, reading: { tone, headline, detail } }: { name: string; reading: Reading }) {
  const { Icon, spoken } = TONES[tone];
  return (
    <>
      <span className={classes.name}>
        <Icon size={15} className={classes.icon} aria-hidden />
        {name}
        <span className={classes.spoken}>, {spoken}:</span>
      </span>
      <strong>{headline}</strong>
      <span className={classes.detail}>{detail}</span>
    </>
  );
}
