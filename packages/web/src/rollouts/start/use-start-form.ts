import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type FormEvent, useRef, useState } from "react";
import { useOperateRefusal } from "../../access/session.ts";
import { useEnvironment } from "../../shell/environment.ts";
import { type Draft, newDraft } from "./draft.ts";
import { type PlanName, rowsOf } from "./plans.ts";
import { focusFirstFault, shownFaults, useFocusOnFault, withReason } from "./start-faults.ts";
import { flagStateQuery } from "./start-queries.ts";
import { usePreview } from "./use-preview.ts";
import { useStartRollout } from "./use-start-rollout.ts";

const route = getRouteApi("/signed-in/rollouts/new");

/** All that the form knows: the address says flag, candidate and plan; the rest is typed. */
export function useStartForm() {
  const environment = useEnvironment();
  const { flag = "", candidate: wanted, plan } = route.useSearch();
  const navigate = route.useNavigate();
  const [draft, setDraft] = useState(() => newDraft(plan ?? "standard"));
  const [isOwnPlan, setOwnPlan] = useState(false);
  const [isAttempted, setAttempted] = useState(false);
  const state = useQuery(flagStateQuery(environment, flag));
  const definition = state.data?.definition;
  const candidate = wanted ?? onlyOther(Object.keys(definition?.variants ?? {}), definition?.defaultVariant);
  const seen = usePreview(draft, { environment, flag, candidate });
  const { composed } = seen;
  const { start, isBusy, refusal, clearRefusal } = useStartRollout((rollout) => {
    void navigate({ to: "/rollouts/$rolloutId", params: { rolloutId: rollout.id }, search: { environment } });
  });
  const mayNot = useOperateRefusal();
  const form = useRef<HTMLFormElement>(null);
  useFocusOnFault(form, isAttempted ? refusal : undefined);

  const look = (search: { flag?: string; candidate?: string; plan?: PlanName }) => {
    clearRefusal();
    void navigate({ replace: true, resetScroll: false, search: (before) => ({ ...before, ...search }) });
  };
  return {
    ...{ ...seen, form, environment, flag, candidate, draft, isBusy, refusal },
    state: state.data,
    plan: isOwnPlan ? ("own" as const) : (plan ?? "standard"),
    faults: shownFaults(
      withReason(composed.ok ? new Map() : composed.faults, draft.reason),
      isAttempted,
      seen.isOld && composed.ok ? undefined : seen.preview,
      refusal?.faults,
      state.error,
    ),
    onChange: (more: Partial<Draft>) => {
      clearRefusal();
      if (more.stages) setOwnPlan(true);
      setDraft((before) => ({ ...before, ...more }));
    },
    onFlag: (key: string) => {
      clearRefusal();
      void navigate({
        replace: true,
        resetScroll: false,
        search: ({ candidate: _other, ...before }) => ({ ...before, flag: key }),
      });
    },
    onCandidate: (name: string) => look({ candidate: name }),
    onPlan: (name: PlanName) => {
      look({ plan: name });
      setOwnPlan(false);
      setDraft((before) => ({ ...before, stages: rowsOf(name) }));
    },
    onSubmit: (event: FormEvent) => {
      event.preventDefault();
      if (mayNot !== null) return;
      setAttempted(true);
      const reason = draft.reason.trim();
      if (composed.ok && reason) void start({ ...composed.body, reason });
      else window.setTimeout(() => focusFirstFault(form.current));
    },
  };
}

/** A flag with two variants leaves no choice. */
function onlyOther(variants: readonly string[], baseline: string | null | undefined): string {
  const others = variants.filter((name) => name !== baseline);
  return others.length === 1 ? (others[0] ?? "") : "";
}
