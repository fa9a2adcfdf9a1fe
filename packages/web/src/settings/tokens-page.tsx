import { Button, TextInput } from "@mantine/core";
import { IconLock, IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useAdministerRefusal, useMe } from "../access/session.ts";
import type { Token } from "../api/types.ts";
import { GatedButton } from "../ui/gated-button.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { EmptyState, ErrorState, LoadingState } from "../ui/page-states.tsx";
import { usePageTitle } from "../ui/use-page-title.ts";
import { CreateTokenDialog } from "./create-token-dialog.tsx";
import { RevokeTokenDialog } from "./revoke-token-dialog.tsx";
import classes from "./settings-list.module.css";
import { tokensQuery } from "./settings-queries.ts";
import { TokenRow } from "./token-row.tsx";

const SHOWN_AT_ONCE = 50;
/** Fewer are found by looking. */
const SEARCHED_FROM = 10;

const route = getRouteApi("/signed-in/settings/tokens");

/** Who may call this server: made here, shown once, taken away here. */
export function TokensPage() {
  const { create } = route.useSearch();
  const navigate = route.useNavigate();
  const refusal = useAdministerRefusal();
  const me = useMe();
  usePageTitle("Tokens");
  const setCreating = (isCreating: boolean) =>
    void navigate({
      replace: true,
      search: ({ create: _before, ...rest }) => (isCreating ? { ...rest, create: true } : rest),
    });

  return (
    <>
      <PageHead title="Tokens">
        <GatedButton
          refusal={refusal}
          leftSection={<IconPlus size={15} aria-hidden />}
          onClick={() => setCreating(true)}
        >
          Create a token
        </GatedButton>
      </PageHead>
      <p className={classes.lead}>
        Every caller shows one: a service, a person, a script. What was done with it stands in the journal under its
        name, so give each its own.
      </p>
      {refusal === null ? (
        <TokenList ownId={me?.tokenId} />
      ) : (
        <EmptyState icon={<IconLock size={22} aria-hidden />} title="Tokens are shown to admins only">
          <p>{refusal}</p>
        </EmptyState>
      )}
      {create && refusal === null && <CreateTokenDialog onClose={() => setCreating(false)} />}
    </>
  );
}

function TokenList({ ownId }: { ownId: string | undefined }) {
  const tokens = useQuery(tokensQuery);
  const [search, setSearch] = useState("");
  const [shownMax, setShownMax] = useState(SHOWN_AT_ONCE);
  const [revoking, setRevoking] = useState<Token>();
  if (tokens.isPending) return <LoadingState label="Loading the tokens" heights={[62, 62, 62]} />;
  if (tokens.isError) {
    return (
      <ErrorState title="The tokens could not be read" error={tokens.error} onRetry={() => void tokens.refetch()} />
    );
  }
  const active = tokens.data.filter((token) => token.revokedAt === null);
  const revoked = tokens.data.filter((token) => token.revokedAt !== null);
  const found = active.filter((token) => isFound(token, search));
  return (
    <>
      {active.length >= SEARCHED_FROM && (
        <TextInput
          aria-label="Search tokens"
          placeholder="Search by name, role, environment"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {found.length === 0 && <p className={classes.lead}>No token matches “{search}”.</p>}
      {found.length > 0 && (
        <ul className={classes.list}>
          {found.slice(0, shownMax).map((token) => (
            <TokenRow key={token.id} token={token} isOwn={token.id === ownId} onRevoke={() => setRevoking(token)} />
          ))}
        </ul>
      )}
      {found.length > shownMax && (
        <Button variant="default" onClick={() => setShownMax(shownMax + SHOWN_AT_ONCE)} className={classes.more}>
          Show more ({found.length - shownMax})
        </Button>
      )}
      {revoked.length > 0 && (
        <details className={classes.revoked}>
          <summary>Revoked ({revoked.length})</summary>
          <ul className={classes.list}>
            {revoked.slice(0, shownMax).map((token) => (
              <TokenRow key={token.id} token={token} isOwn={false} />
            ))}
          </ul>
        </details>
      )}
      {revoking && (
        <RevokeTokenDialog token={revoking} isOwn={revoking.id === ownId} onClose={() => setRevoking(undefined)} />
      )}
    </>
  );
}

function isFound({ name, role, environment }: Token, search: string): boolean {
  const text = `${name} ${role} ${environment ?? "every environment"}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
