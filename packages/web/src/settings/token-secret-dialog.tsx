import type { CreatedToken } from "../api/types.ts";
import { CommandLines } from "../ui/command-lines.tsx";
import { SecretDialog } from "../ui/secret-dialog.tsx";

type Props = { readonly token: CreatedToken; readonly onClose: () => void };

/** The one time that a token's secret is shown, with how it is used. */
export function TokenSecretDialog({ token, onClose }: Props) {
  const { label, lines } = usageOf(token);
  return (
    <SecretDialog
      title={`The token of ${token.name}`}
      lead="The server keeps only a hash of it. Should it be lost, revoke it and make another."
      label="The token"
      secret={token.token}
      onClose={onClose}
    >
      <CommandLines label={label} lines={lines} />
    </SecretDialog>
  );
}

/** How it is used, by those whom the role is for. The lines do not repeat the secret: they may be shown to others. */
function usageOf({ role }: CreatedToken): { label: string; lines: string } {
  const { origin } = window.location;
  if (role === "client" || role === "telemetry") {
    return { label: "In the service's environment", lines: `STEADFAST_URL=${origin}\nSTEADFAST_TOKEN=<the token>` };
  }
  return { label: "On the command line; in the browser, sign in with it", lines: `steadfast login --url ${origin}` };
}
