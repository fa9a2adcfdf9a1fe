import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { ApiProblem } from "../../api/api-problem.ts";
import { answerOf, api } from "../../api/client.ts";
import { rolloutQuery } from "../../api/queries.ts";
import type { Rollout } from "../../api/types.ts";
import { type Faults, type RolloutBody, toFormPath } from "./draft.ts";
import { sayPlainly } from "./forecast-words.ts";

export type Refusal = { readonly message: string; readonly faults: Faults };

/** Starts a rollout once, however often it is asked: the same body keeps its Idempotency-Key until it was accepted. */
export function useStartRollout(onStarted: (rollout: Rollout) => void) {
  const queryClient = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const attempt = useRef({ text: "", key: "", isRunning: false });

  const start = async (body: RolloutBody & { readonly reason: string }) => {
    if (attempt.current.isRunning) return;
    const text = JSON.stringify(body);
    const key = attempt.current.text === text ? attempt.current.key : newKey();
    attempt.current = { text, key, isRunning: true };
    setBusy(true);
    setRefusal(undefined);
    try {
      const rollout = await answerOf(api.POST("/api/v1/rollouts", { body, headers: { "Idempotency-Key": key } }));
      queryClient.setQueryData(rolloutQuery(rollout.id).queryKey, rollout);
      void queryClient.invalidateQueries({ queryKey: ["rollouts"] });
      void queryClient.invalidateQueries({ queryKey: ["flags"] });
      onStarted(rollout);
    } catch (error) {
      setRefusal(refusalOf(error));
    } finally {
      attempt.current = { ...attempt.current, isRunning: false };
      setBusy(false);
    }
  };
  return { start, isBusy, refusal, clearRefusal: () => setRefusal(undefined) };
}

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof ApiProblem)) return { message: String(error), faults: new Map() };
  const faults = new Map(error.faults.map(({ path, message }) => [toFormPath(path), message]));
  if (error.code === "candidate-cooling-down") faults.set("/candidate", sayPlainly(error.message));
  return { message: sayPlainly(error.message), faults };
}

/** Random, also where a page has no secure context and so no `randomUUID`. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
