import {
  advanceRollout,
  pauseRollout,
  type RolloutOutcome,
  type RolloutRefusal,
  resumeRollout,
  rollBackRollout,
} from "@steadfast/core/rollouts/decide";
import type { RolloutState } from "@steadfast/core/rollouts/state";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { App } from "../http/app-type.ts";
import { principalActor, requireEnvironment } from "../http/authenticate.ts";
import type { LiveRollouts } from "./live.ts";
import type { PreviewDeps } from "./preview.ts";
import { loadRollout, type Rollout } from "./read.ts";
import { actBody, advanceBody, rollout } from "./schemas.ts";
import { actOnRollout } from "./write.ts";

export type RolloutRouteDeps = PreviewDeps & {
  readonly live: LiveRollouts;
  /** The time that watches end by: the nodes' common one, for any of them may judge. */
  readonly judgeNowMs: () => Promise<number>;
};

const params = z.object({ id: z.string().max(60).describe("rol_…") });

/** Pause, resume, roll back: doing one twice is doing it once. So is advancing, when it says from which stage. */
export function actionRoutes(app: App, deps: RolloutRouteDeps): void {
  const { db } = deps.database;

  const act = async (
    request: FastifyRequest,
    id: string,
    reason: string | null,
    decide: (state: RolloutState) => RolloutOutcome | RolloutRefusal,
  ): Promise<Rollout> => {
    const provenance = { actor: principalActor(request.principal), reason };
    await actOnRollout(deps, id, decide, provenance, (state) => requireEnvironment(request, state.environment));
    await deps.live.publish();
    return deps.live.show(await loadRollout(db, id));
  };

  const schema = { tags: ["rollouts"], params, response: { 200: rollout } };

  app.post(
    "/api/v1/rollouts/:id/pause",
    {
      config: { access: "operate" },
      schema: { ...schema, body: actBody, summary: "Pause: the share stays, the guard goes on watching" },
    },
    async (request) => {
      const { reason } = request.body;
      return act(request, request.params.id, reason, (state) => pauseRollout(state, reason));
    },
  );

  app.post(
    "/api/v1/rollouts/:id/resume",
    { config: { access: "operate" }, schema: { ...schema, body: actBody, summary: "Resume a paused rollout" } },
    async (request) => act(request, request.params.id, request.body.reason, resumeRollout),
  );

  app.post(
    "/api/v1/rollouts/:id/advance",
    {
      config: { access: "operate" },
      schema: {
        ...schema,
        body: advanceBody,
        summary: "Enter the next stage; a reason is needed when evidence is missing",
      },
    },
    async (request) => {
      const { id } = request.params;
      const reason = request.body.reason ?? null;
      const fromStage = request.body.stage === undefined ? null : request.body.stage - 1;
      const decision = await deps.live.latest(id);
      const nowMs = await deps.judgeNowMs();
      return act(request, id, reason, (state) => advanceRollout(state, decision, reason, nowMs, fromStage));
    },
  );

  app.post(
    "/api/v1/rollouts/:id/roll-back",
    {
      config: { access: "operate" },
      schema: { ...schema, body: actBody, summary: "Take the candidate back now" },
    },
    async (request) => {
      const { reason } = request.body;
      return act(request, request.params.id, reason, (state) => rollBackRollout(state, reason));
    },
  );
}
