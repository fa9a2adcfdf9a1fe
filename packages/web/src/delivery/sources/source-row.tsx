import { VisuallyHidden } from "@mantine/core";
import type { DeliverySource } from "../../api/types.ts";
import list from "../../settings/settings-list.module.css";
import { formatCount } from "../../ui/format.ts";
import { GatedButton } from "../../ui/gated-button.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { useNowMs } from "../../ui/use-now.ts";
import { FORGES, webhookAddress } from "./forge-words.ts";
import classes from "./source-row.module.css";
import { countsOf, type Outcome, stateOf } from "./source-state.ts";

const OUTCOME_WORDS: readonly (readonly [Outcome, string])[] = [
  ["told", "told"],
  ["ignored", "of no use here"],
  ["unknown", "not understood"],
  ["refused", "refused"],
];

type Props = {
  readonly source: DeliverySource;
  readonly refusal: string | null;
  readonly onDisconnect?: (() => void) | undefined;
};

/** One source: when it was heard, what became of what it sent, and the end of it. */
export function SourceRow({ source, refusal, onDisconnect }: Props) {
  const state = stateOf(source, useNowMs());
  const { name, kind, createdAt, removedAt, lastHeardAt, messages } = source;
  return (
    <li data-testid="source" data-source={name}>
      <div className={list.what}>
        <h3 className={classes.title}>
          <span>{name}</span>
          {removedAt === null && (
            <span className={classes.state} data-tone={state.tone}>
              {state.label}
            </span>
          )}
        </h3>
        <p>
          {FORGES[kind].name} ·{" "}
          {lastHeardAt === null ? (
            "never heard"
          ) : (
            <>
              last heard <RelativeTime at={lastHeardAt} />
            </>
          )}{" "}
          · {countsText(source)} · connected <RelativeTime at={createdAt} />
          {removedAt !== null && (
            <>
              {" "}
              · disconnected <RelativeTime at={removedAt} />
            </>
          )}
        </p>
        {removedAt === null && state.advice !== null && <p className={classes.advice}>{state.advice}</p>}
        <details className={classes.details}>
          <summary>
            Address and messages<VisuallyHidden> of {name}</VisuallyHidden>
          </summary>
          <p>
            <code>{webhookAddress(source)}</code>
          </p>
          {messages.length === 0 ? (
            <p>No message came yet.</p>
          ) : (
            <ul>
              {messages.map((each) => (
                <li key={`${each.event} ${each.outcome}`}>
                  <code>{each.event || "(no type)"}</code>: {formatCount(each.count)} {each.outcome}, the last{" "}
                  <RelativeTime at={each.lastAt} />
                </li>
              ))}
            </ul>
          )}
        </details>
      </div>
      {onDisconnect && (
        <GatedButton
          refusal={refusal}
          variant="default"
          size="xs"
          aria-label={`Disconnect ${name}`}
          onClick={onDisconnect}
        >
          Disconnect
        </GatedButton>
      )}
    </li>
  );
}

function countsText(source: DeliverySource): string {
  const counts = countsOf(source);
  const said = OUTCOME_WORDS.filter(([outcome]) => outcome === "told" || counts[outcome] > 0);
  return said.map(([outcome, words]) => `${formatCount(counts[outcome])} ${words}`).join(", ");
}
