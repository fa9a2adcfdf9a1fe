import type { App } from "../http/app-type.ts";
import { requireEnvironment } from "../http/authenticate.ts";
import { type PreviewDeps, previewRollout } from "./preview.ts";
import { previewBody, rolloutPreview } from "./preview-schemas.ts";

/** Reading only, but a plan does not fit into an address. */
export function previewRoutes(app: App, deps: PreviewDeps): void {
  app.post(
    "/api/v1/rollouts/preview",
    {
      config: { access: "read" },
      schema: {
        summary: "What would happen if a rollout were started",
        description:
          "Takes what starting one takes and changes nothing: the plan with every default, how long each stage would take at the last hour's traffic, what would stand in the way.",
        tags: ["rollouts"],
        body: previewBody,
        response: { 200: rolloutPreview },
      },
    },
    async (request) => {
      requireEnvironment(request, request.body.environment);
      return previewRollout(deps, request.body);
    },
  );
}
