import { Button, Tooltip } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconRocket } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useOperateRefusal } from "../../access/session.ts";
import { useEnvironment } from "../../shell/environment.ts";
import { usePageTitle } from "../../ui/use-page-title.ts";
import { composeBody, type Draft, type Faults, newDraft, type RolloutBody, toFormPath } from "./draft.ts";
import { FlagFields } from "./flag-fields.tsx";
import { JudgementFields } from "./judgement-fields.tsx";
import { OutcomePanel } from "./outcome-panel.tsx";
import { type PlanName, rowsOf } from "./plans.ts";
import { SafetyFields } from "./safety-fields.tsx";
import { StagesFields } from "./stages-fields.tsx";
import classes from "./start-page.module.css";
import { flagStateQuery, previewQuery, type RolloutPreview } from "./start-queries.ts";
import { useStartRollout } from "./use-start-rollout.ts";

/** A person who types is not answered letter by letter. */
const PREVIEW_PAUSE_MS = 300;
/** Said only once somebody wants to start: before, it is not wrong, only not there yet. */
const REQUIRED: ReadonlySet<string> = new Set(["/flag", "/candidate", "/reason"]);

const route = getRouteApi("/signed-in/rollouts/new");

/** A form that teaches: what is asked stands left, what would happen stands right, before it happens. */
export function StartPage() {
  const environment = useEnvironment();
  const { flag = "", candidate: wanted, plan: planName } = route.useSearch();
  const navigate = route.useNavigate();
  const [draft, setDraft] = useState(() => newDraft(planName ?? "standard"));
  const [isOwnPlan, setOwnPlan] = useState(false);
  const [isAttempted, setAttempted] = useState(false);
  const state = useQuery(flagStateQuery(environment, flag));
  const candidate =
    wanted ?? onlyOther(Object.keys(state.data?.definition.variants ?? {}), state.data?.definition.defaultVariant);
  const { preview, shown, isOld, error, found, composed } = usePreview(draft, { environment, flag, candidate });
  const { start, isBusy, refusal, clearRefusal } = useStartRollout((rollout) => {
    void navigate({ to: "/rollouts/$rolloutId", params: { rolloutId: rollout.id }, search: { environment } });
  });
  const mayNot = useOperateRefusal();
  const form = useRef<HTMLFormElement>(null);
  const faults = shownFaults(
    withReason(composed.ok ? new Map() : composed.faults, draft.reason),
    isAttempted,
    isOld && composed.ok ? undefined : preview,
    refusal?.faults,
    state.error,
  );
  useFocusOnFault(form, isAttempted ? refusal : undefined);
  usePageTitle("Start a rollout");

  const change = (more: Partial<Draft>) => {
    clearRefusal();
    if (more.stages) setOwnPlan(true);
    setDraft((before) => ({ ...before, ...more }));
  };
  const look = (search: { flag?: string; candidate?: string; plan?: PlanName }) => {
    clearRefusal();
    void navigate({ replace: true, search: (before) => ({ ...before, ...search }) });
  };
  const onPlan = (plan: PlanName) => {
    look({ plan });
    setOwnPlan(false);
    setDraft((before) => ({ ...before, stages: rowsOf(plan) }));
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (mayNot !== null) return;
    setAttempted(true);
    const reason = draft.reason.trim();
    if (composed.ok && reason) void start({ ...composed.body, reason });
    else window.setTimeout(() => focusFirstFault(form.current));
  };

  const fields = { draft, faults, onChange: change };
  return (
    <form ref={form} className={classes.page} noValidate onSubmit={onSubmit} data-testid="start-form">
      <div className={classes.head}>
        <h1>Start a rollout</h1>
        <p className={classes.quiet}>
          A share of people gets the candidate, judged each second, and taken back by itself when it hurts.
        </p>
      </div>
      <div className={classes.form}>
        <FlagFields
          {...fields}
          {...{ environment, flag, candidate, preview }}
          state={state.data}
          onFlag={(key) =>
            void navigate({ replace: true, search: ({ candidate: _other, ...before }) => ({ ...before, flag: key }) })
          }
          onCandidate={(name) => look({ candidate: name })}
        />
        <StagesFields
          {...fields}
          plan={isOwnPlan ? "own" : (planName ?? "standard")}
          preview={preview}
          onPlan={onPlan}
        />
        <JudgementFields {...fields} found={found} />
        <SafetyFields {...fields} />
      </div>
      <aside className={classes.side}>
        <OutcomePanel preview={preview} shown={shown} isOld={isOld} error={error} />
        <div className={classes.submit}>
          {refusal && (
            <p role="alert" className={classes.refusal}>
              {refusal.message}
            </p>
          )}
          {mayNot !== null && (
            <p className={classes.refusal} data-tone="info">
              {mayNot}
            </p>
          )}
          <div className={classes.buttons}>
            <Tooltip label={mayNot} disabled={mayNot === null} multiline w={260} withinPortal={false}>
              <Button
                type="submit"
                loading={isBusy}
                leftSection={<IconRocket size={16} aria-hidden />}
                aria-disabled={mayNot !== null}
                data-disabled={mayNot !== null}
              >
                {draft.isDryRun
                  ? "Start the dry run"
                  : preview?.waitsFor && !draft.alongside
                    ? "Put it into the queue"
                    : "Start the rollout"}
              </Button>
            </Tooltip>
            <Link to="/" search={{ environment }}>
              Cancel
            </Link>
          </div>
        </div>
      </aside>
    </form>
  );
}

/** A flag with two variants leaves no choice. */
function onlyOther(variants: readonly string[], baseline: string | null | undefined): string {
  const others = variants.filter((name) => name !== baseline);
  return others.length === 1 ? (others[0] ?? "") : "";
}

type Place = { readonly environment: string; readonly flag: string; readonly candidate: string };

/** What would happen to what is typed; while it cannot be sent, or is on its way, what was known before. */
function usePreview(draft: Draft, place: Place) {
  const [found, setFound] = useState<RolloutPreview["found"]>([]);
  const composed = composeBody(draft, place, found);
  const last = useRef<RolloutBody | null>(null);
  // The reason changes nothing of what would happen.
  if (composed.ok) last.current = { ...composed.body, reason: "-" };
  const isOfPlace = last.current?.flag === place.flag && last.current.environment === place.environment;
  const text = JSON.stringify(isOfPlace ? last.current : null);
  const [settled] = useDebouncedValue(text, PREVIEW_PAUSE_MS);
  const body = settled === text && isOfPlace ? last.current : null;
  const known = useQuery({ ...previewQuery(body), placeholderData: keepPreviousData });
  const isSame = known.data?.flag === place.flag && known.data.environment === place.environment;
  const preview = isSame ? known.data : undefined;
  const lastPlanned = useRef<RolloutPreview>(undefined);
  if (preview?.plan) lastPlanned.current = preview;
  const isPlannedHere =
    lastPlanned.current?.flag === place.flag && lastPlanned.current.environment === place.environment;
  const arriving = preview?.found;
  useEffect(() => {
    if (arriving) setFound(arriving);
  }, [arriving]);
  return {
    composed,
    found,
    preview,
    /** With a plan to look at, if need be from before something was typed that cannot be. */
    shown: isPlannedHere ? lastPlanned.current : undefined,
    isOld: preview !== undefined && (settled !== text || known.isPlaceholderData || !composed.ok),
    error: known.isError && !known.isPlaceholderData ? known.error.message : undefined,
  };
}

function withReason(faults: Faults, reason: string): Faults {
  if (reason.trim()) return faults;
  return new Map([
    ...faults,
    ["/reason", "Say why, in a few words: it stands in the journal for those who come after."],
  ]);
}

function shownFaults(
  local: Faults,
  isAttempted: boolean,
  preview: RolloutPreview | undefined,
  refused: Faults | undefined,
  flagError: Error | null,
): Faults {
  const told =
    preview?.refusals.flatMap(({ path, sentence }) => (path === null ? [] : [[toFormPath(path), sentence] as const])) ??
    [];
  return new Map([
    ...(flagError ? [["/flag", flagError.message] as const] : []),
    ...told,
    ...[...local].filter(([path]) => isAttempted || !REQUIRED.has(path)),
    ...(refused ?? []),
  ]);
}

/** After a refusal the first field that is wrong has the focus. */
function useFocusOnFault(form: { readonly current: HTMLFormElement | null }, refusal: object | undefined): void {
  useEffect(() => {
    if (refusal) focusFirstFault(form.current);
  }, [refusal, form]);
}

function focusFirstFault(form: HTMLFormElement | null): void {
  form?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
}
