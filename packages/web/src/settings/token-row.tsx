import { Button } from "@mantine/core";
import type { Token } from "../api/types.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import classes from "./settings-list.module.css";

type Props = { readonly token: Token; readonly isOwn: boolean; readonly onRevoke?: () => void };

/** One token: whose, what it may do, who made it; and the end of it. */
export function TokenRow({ token, isOwn, onRevoke }: Props) {
  const { name, role, environment, createdAt, createdBy, revokedAt } = token;
  return (
    <li data-testid="token" data-token={name}>
      <div className={classes.what}>
        <h2>
          <span>{name}</span>
          {isOwn && <span className={classes.mark}>Your session</span>}
        </h2>
        <p>
          {role}, {environment ?? "every environment"} · made <RelativeTime at={createdAt} /> by {createdBy}
          {revokedAt && (
            <>
              {" "}
              · revoked <RelativeTime at={revokedAt} />
            </>
          )}
        </p>
      </div>
      {onRevoke && (
        <Button variant="default" size="xs" aria-label={`Revoke ${name}`} onClick={onRevoke}>
          Revoke
        </Button>
      )}
    </li>
  );
}
