import type { ConnectedSource } from "../../api/types.ts";
import { CommandLines } from "../../ui/command-lines.tsx";
import { CopyLine } from "../../ui/copy-line.tsx";
import { SecretDialog } from "../../ui/secret-dialog.tsx";
import classes from "./connected-source-dialog.module.css";
import { FORGES, isOnlyHere, webhookAddress } from "./forge-words.ts";

type Props = { readonly source: ConnectedSource; readonly onClose: () => void };

/** The secret, this once, and what to type at the forge, field by field. */
export function ConnectedSourceDialog({ source, onClose }: Props) {
  const { name, where, secretField, events } = FORGES[source.kind];
  const address = webhookAddress(source);
  const token = source.kind === "github" ? "GITHUB_TOKEN" : "GITLAB_TOKEN";
  return (
    <SecretDialog
      title={`${source.name} is connected: now tell ${name}`}
      lead="It signs what the forge sends. Should it be lost, disconnect this source and connect another."
      label="The secret"
      secret={source.secret}
      onClose={onClose}
    >
      <ol className={classes.steps} aria-label={`What to do at ${name}`}>
        <li>
          At {name} open {where}.
        </li>
        <li>
          {source.kind === "github" ? "Payload URL" : "URL"}:
          <CopyLine label="The address" text={address} />
          {isOnlyHere(address) && (
            <span className={classes.warning}>
              Only this machine knows that address. Give the forge one by which it reaches this server, with the same
              path.
            </span>
          )}
        </li>
        {source.kind === "github" && (
          <li>
            Content type: <code>application/json</code>
          </li>
        )}
        <li>{secretField}: the secret above.</li>
        <li>{events}. Others do no harm.</li>
      </ol>
      <CommandLines
        label="What the forge knows already, once, from the command line"
        lines={`${token}=… steadfast delivery import ${source.kind} --repo owner/name --days 90`}
      />
    </SecretDialog>
  );
}
