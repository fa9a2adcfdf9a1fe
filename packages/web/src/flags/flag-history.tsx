import { Button } from "@mantine/core";
import { IconArrowBackUp, IconChevronRight, IconLink } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { answerOf, api } from "../api/client.ts";
import type { FlagState, FlagVersion } from "../api/types.ts";
import { GatedButton } from "../ui/gated-button.tsx";
import { ErrorState, LoadingState } from "../ui/page-states.tsx";
import { ReasonDialog } from "../ui/reason-dialog.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { describeChanges } from "./change-words.ts";
import { DefinitionDiff } from "./definition-diff.tsx";
import classes from "./flag-history.module.css";
import { FLAGS_KEY, flagVersionQuery, flagVersionsQuery } from "./flag-queries.ts";
import { useFlagRefusal } from "./flag-refusal.ts";

const route = getRouteApi("/signed-in/flags/$key");

const SUGGESTIONS = ["It worked before", "Undo the last change", "Errors are up"];

const TYPE_WORDS: Readonly<Record<string, string>> = {
  "flag.created": "Created",
  "flag.changed": "Changed",
  "flag.switched-off": "Switched off",
  "flag.restored": "Restored an earlier version",
};

/** Every version, newest first: who, when, why, what changed; and the way back to it. */
export function FlagHistory({ state }: { state: FlagState }) {
  const { version: open } = route.useSearch();
  const versions = useInfiniteQuery(flagVersionsQuery(state.environment, state.key));
  const items = versions.data?.pages.flatMap((page) => page.items) ?? [];
  const isOpenFurther = open !== undefined && versions.data && !items.some(({ version }) => version === open);
  if (versions.isPending) return <LoadingState label="Loading the history" heights={[64, 64, 64]} />;
  if (versions.isError)
    return (
      <ErrorState
        title="The history could not be read"
        error={versions.error}
        onRetry={() => void versions.refetch()}
      />
    );
  return (
    <section className={classes.history} aria-label="History">
      {isOpenFurther && <LinkedVersion state={state} version={open} />}
      <ol className={classes.list}>
        {items.map((item) => (
          <VersionEntry key={item.version} state={state} item={item} isOpen={item.version === open} />
        ))}
      </ol>
      {versions.hasNextPage && (
        <Button variant="default" loading={versions.isFetchingNextPage} onClick={() => void versions.fetchNextPage()}>
          Show older versions
        </Button>
      )}
    </section>
  );
}

/** A version that the address names and that is further back than what is shown. */
function LinkedVersion({ state, version }: { state: FlagState; version: number }) {
  const linked = useQuery(flagVersionQuery(state.environment, state.key, version));
  if (linked.isError) return <ErrorState title={`Version ${version} could not be read`} error={linked.error} />;
  if (!linked.data) return <LoadingState label={`Loading version ${version}`} heights={[64]} />;
  return (
    <ol className={classes.list}>
      <VersionEntry state={state} item={linked.data} isOpen />
    </ol>
  );
}

type EntryProps = { readonly state: FlagState; readonly item: FlagVersion; readonly isOpen: boolean };

function VersionEntry({ state, item, isOpen }: EntryProps) {
  const isCurrent = item.version === state.version;
  const sentences = describeChanges(item.changes);
  return (
    <li className={classes.entry} data-testid="version" data-version={item.version}>
      <div className={classes.line}>
        <Link
          className={classes.toggle}
          to="."
          replace
          resetScroll={false}
          search={({ version: _before, ...rest }) => (isOpen ? rest : { ...rest, version: item.version })}
          aria-expanded={isOpen}
          role="button"
        >
          <IconChevronRight size={16} aria-hidden data-open={isOpen || undefined} />
          <strong>Version {item.version}</strong>
        </Link>
        <span>{TYPE_WORDS[item.type] ?? item.type}</span>
        {isCurrent && <span className={classes.current}>now</span>}
        <span className={classes.who}>
          <RelativeTime at={item.at} /> by {item.actor.name}
        </span>
        {!isCurrent && <Restore state={state} item={item} />}
      </div>
      {item.reason && <p className={classes.reason}>“{item.reason}”</p>}
      {item.version > 1 && <p className={classes.changes}>{sentences.join(". ") || "Nothing changed"}.</p>}
      {isOpen && <OpenVersion state={state} item={item} />}
    </li>
  );
}

function OpenVersion({ state, item }: Omit<EntryProps, "isOpen">) {
  const before = useQuery({
    ...flagVersionQuery(state.environment, state.key, item.version - 1),
    enabled: item.version > 1,
  });
  return (
    <div className={classes.open}>
      {(item.version === 1 || before.data) && (
        <DefinitionDiff before={before.data?.definition} after={item.definition} />
      )}
      {before.isError && <p className={classes.reason}>{before.error.message}</p>}
      <Link className={classes.link} to="/journal" search={{ at: item.seq }}>
        <IconLink size={14} aria-hidden /> Event {item.seq} of the journal
      </Link>
    </div>
  );
}

function Restore({ state, item }: Omit<EntryProps, "isOpen">) {
  const [isOpen, setOpen] = useState(false);
  const queryClient = useQueryClient();
  const refusal = useFlagRefusal(state.environment);
  const restore = async (reason: string) => {
    await answerOf(
      api.POST("/api/v1/environments/{environment}/flags/{key}/restore", {
        params: {
          path: { environment: state.environment, key: state.key },
          header: { "if-match": `"${state.version}"` },
        },
        body: { version: item.version, reason },
      }),
    );
    await queryClient.invalidateQueries({ queryKey: FLAGS_KEY });
  };
  return (
    <>
      <GatedButton
        size="compact-sm"
        variant="default"
        refusal={refusal}
        leftSection={<IconArrowBackUp size={14} aria-hidden />}
        aria-label={`Restore version ${item.version}`}
        onClick={() => setOpen(true)}
      >
        Restore
      </GatedButton>
      {isOpen && (
        <ReasonDialog
          title={`Restore version ${item.version} of ${state.key} in ${state.environment}?`}
          confirmLabel="Restore"
          isWide
          suggestions={SUGGESTIONS}
          onConfirm={restore}
          onClose={() => setOpen(false)}
        >
          <p>It becomes version {state.version + 1}; nothing of the history is lost. What changes:</p>
          <DefinitionDiff before={state.definition} after={item.definition} />
          {state.rollout && (
            <p>
              A rollout is in flight: a version with another default or other values of{" "}
              <strong>{state.rollout.baseline}</strong> and <strong>{state.rollout.candidate}</strong> is refused until
              it has ended.
            </p>
          )}
        </ReasonDialog>
      )}
    </>
  );
}
