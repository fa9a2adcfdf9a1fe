import { IconChecks } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { flagsQuery } from "../api/queries.ts";
import type { Flag } from "../api/types.ts";
import { CommandLines } from "../ui/command-lines.tsx";
import { InAClone } from "../ui/in-a-clone.tsx";
import { EmptyState } from "../ui/page-states.tsx";
import { shellWord } from "../ui/shell-word.ts";
import classes from "./start-steps.module.css";

const REASON = "first users";

/** Nothing moves: says so, and how to set something in motion. */
export function StartSteps({ environment }: { environment: string }) {
  const origin = window.location.origin;
  const known = useInfiniteQuery(flagsQuery("")).data?.pages[0]?.items[0];
  const { flag, candidate } = known ? whatToMove(known, environment) : { flag: "new-checkout", candidate: "on" };
  const start = `steadfast rollout start ${shellWord(flag)} --candidate ${shellWord(candidate)} --environment ${shellWord(environment)} --reason "${REASON}"`;
  const commands = known
    ? [start]
    : [`steadfast login --url ${origin}`, `steadfast flag create ${flag} --service shop`, start];
  const body = { kind: "flag", environment, flag, candidate, reason: REASON };
  const curl = [
    `curl -X POST ${origin}/api/v1/rollouts \\`,
    '  -H "Authorization: Bearer $STEADFAST_TOKEN" -H "Content-Type: application/json" \\',
    `  -d ${shellWord(JSON.stringify(body))}`,
  ].join("\n");
  return (
    <EmptyState
      icon={<IconChecks size={24} aria-hidden />}
      tone="good"
      title={`Nothing is in flight in ${environment}`}
    >
      <p>
        A rollout shows a change to 1 % of users first, judges it every second, and takes it back by itself when it
        hurts.
      </p>
      <div className={classes.ways}>
        <CommandLines label="Start one from the command line" lines={commands.join("\n")} />
        <InAClone />
        {known && <CommandLines label="Or over HTTP" lines={curl} />}
      </div>
    </EmptyState>
  );
}

/** A flag that exists, and a variant that not everybody has yet. */
function whatToMove({ key, environments }: Flag, environment: string): { flag: string; candidate: string } {
  const definition = environments[environment]?.definition;
  const variants = Object.keys(definition?.variants ?? {});
  return { flag: key, candidate: variants.find((name) => name !== definition?.defaultVariant) ?? "on" };
}
