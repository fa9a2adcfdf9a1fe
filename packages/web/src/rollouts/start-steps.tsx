import { IconChecks, IconCircleCheckFilled, IconSeeding } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { flagsQuery } from "../api/queries.ts";
import type { Flag } from "../api/types.ts";
import { instancesQuery, telemetryQuery } from "../health/health-queries.ts";
import { CommandLines } from "../ui/command-lines.tsx";
import { InAClone } from "../ui/in-a-clone.tsx";
import { EmptyState } from "../ui/page-states.tsx";
import { shellWord } from "../ui/shell-word.ts";
import classes from "./start-steps.module.css";

const REASON = "first users";

type Props = {
  readonly environment: string;
  /** There never was a rollout here. */
  readonly isFirst: boolean;
};

/** Nothing moves: says so, and how to set something in motion. Who is new is led there step by step. */
export function StartSteps({ environment, isFirst }: Props) {
  const known = useInfiniteQuery(flagsQuery("")).data?.pages[0]?.items[0];
  return (
    <EmptyState
      icon={isFirst ? <IconSeeding size={24} aria-hidden /> : <IconChecks size={24} aria-hidden />}
      tone="good"
      title={isFirst ? `The first rollout in ${environment}` : `Nothing is in flight in ${environment}`}
    >
      <p>
        A rollout shows a change to 1 % of users first, judges it every second, and takes it back by itself when it
        hurts.
      </p>
      {!isFirst && (
        <span className={classes.action}>
          <StartLink flag={undefined} isPrimary />
        </span>
      )}
      {isFirst && <Checklist environment={environment} flag={known} />}
      <OnCommandLine environment={environment} known={known} />
    </EmptyState>
  );
}

function Checklist({ environment, flag }: { environment: string; flag: Flag | undefined }) {
  const telemetry = useQuery(telemetryQuery(environment)).data;
  const instances = useQuery(instancesQuery(environment)).data;
  const services = telemetry?.services.map(({ service }) => service).filter(Boolean) ?? [];
  const connected = instances?.summary.total ?? 0;
  const isConnected = connected > 0 || services.length > 0;
  return (
    <ol className={classes.steps} aria-label="First steps">
      <Step
        number={1}
        isDone={flag !== undefined}
        title="A flag"
        about={
          flag
            ? `There is ${flag.key}.`
            : "Which of two ways the code goes. It serves the old one to everybody at first."
        }
      >
        <Link to="/flags" search={flag ? {} : { create: true }} data-primary={!flag || undefined}>
          {flag ? "See the flags" : "Create a flag"}
        </Link>
      </Step>
      <Step
        number={2}
        isDone={isConnected}
        title="A service that asks for it"
        about={
          isConnected
            ? `Connected: ${services.length > 0 ? services.slice(0, 3).join(", ") : `${connected} SDK instances`}.`
            : "It evaluates the flag by OpenFeature, and sends its OpenTelemetry spans here: by them the rollout is judged."
        }
      >
        <Link to="/settings/tokens" search={{ create: true }}>
          Make its token
        </Link>
      </Step>
      <Step
        number={3}
        isDone={false}
        title="The rollout"
        about="Say why, choose the stages, and watch. One click takes it back at any time."
      >
        <StartLink flag={flag?.key} isPrimary={flag !== undefined} />
      </Step>
    </ol>
  );
}

function StartLink({ flag, isPrimary }: { flag: string | undefined; isPrimary: boolean }) {
  return (
    <Link to="/rollouts/new" search={flag === undefined ? {} : { flag }} data-primary={isPrimary || undefined}>
      Start a rollout
    </Link>
  );
}

type StepProps = {
  readonly number: number;
  readonly isDone: boolean;
  readonly title: string;
  readonly about: string;
  readonly children?: ReactNode;
};

function Step({ number, isDone, title, about, children }: StepProps) {
  return (
    <li data-done={isDone || undefined} data-testid="first-step">
      <span className={classes.mark} aria-hidden>
        {isDone ? <IconCircleCheckFilled size={24} /> : number}
      </span>
      <div>
        <h3>
          {title}
          {isDone && <span className={classes.spoken}>, done</span>}
        </h3>
        <p>{about}</p>
      </div>
      <span className={classes.action}>{children}</span>
    </li>
  );
}

function OnCommandLine({ environment, known }: { environment: string; known: Flag | undefined }) {
  const origin = window.location.origin;
  const { flag, candidate } = known ? whatToMove(known, environment) : { flag: "new-checkout", candidate: "on" };
  const start = `steadfast rollout start ${shellWord(flag)} --candidate ${shellWord(candidate)} --environment ${shellWord(environment)} --reason "${REASON}"`;
  const commands = known
    ? [start]
    : [`steadfast login --url ${origin}`, `steadfast flag create ${flag} --service shop`, start];
  return (
    <details className={classes.ways}>
      <summary>Or from the command line</summary>
      <CommandLines label="In a terminal" lines={commands.join("\n")} />
      <InAClone />
    </details>
  );
}

/** A flag that exists, and a variant that not everybody has yet. */
function whatToMove({ key, environments }: Flag, environment: string): { flag: string; candidate: string } {
  const definition = environments[environment]?.definition;
  const variants = Object.keys(definition?.variants ?? {});
  return { flag: key, candidate: variants.find((name) => name !== definition?.defaultVariant) ?? "on" };
}
