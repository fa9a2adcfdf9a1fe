import { createHash } from "node:crypto";
import type { ScopedTold } from "@steadfast/core/delivery/scope";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { App } from "../../http/app-type.ts";
import { requireEveryEnvironment } from "../../http/authenticate.ts";
import { ProblemError } from "../../http/problem.ts";
import { bounded, json } from "../../http/schemas.ts";
import { readGitHubMessage } from "./github.ts";
import { readGitLabMessage } from "./gitlab.ts";

/** A page of a forge's API is 100 objects; its largest are of some 20 kB. */
export const MESSAGES_PER_IMPORT_MAX = 500;
const IMPORT_BODY_MAX_BYTES = 10 * 1_024 * 1_024;

export type ImportDeps = {
  readonly record: (
    tellings: readonly ScopedTold[],
    principal: FastifyRequest["principal"],
  ) => Promise<{ readonly recorded: number; readonly duplicates: number }>;
};

const READ = { github: readGitHubMessage, gitlab: readGitLabMessage } as const;

const importBody = z
  .strictObject({
    messages: bounded(
      MESSAGES_PER_IMPORT_MAX,
      z
        .array(
          z.strictObject({ event: z.string().min(1).max(60).describe("As the forge's webhooks name it"), body: json }),
        )
        .min(1),
    ),
  })
  .meta({ id: "ImportMessages" });

const importAnswer = z
  .object({
    told: z.number().int(),
    duplicates: z.number().int(),
    ignored: z.number().int().describe("Messages that delivery is not measured from"),
  })
  .meta({ id: "ImportAnswer" });

/** What a forge's webhooks would have told, from its API: `steadfast delivery import` sends it. */
export async function importRoutes(app: App, deps: ImportDeps): Promise<void> {
  app.post(
    "/api/v1/imports/:forge",
    {
      bodyLimit: IMPORT_BODY_MAX_BYTES,
      config: { access: "operate" },
      schema: {
        tags: ["delivery"],
        summary: "Import what a forge knows, as its webhooks would have told it",
        description: "Refused whole or not at all. The same messages sent again are duplicates.",
        params: z.object({ forge: z.enum(["github", "gitlab"]) }),
        body: importBody,
        response: { 202: importAnswer },
      },
    },
    async (request, reply) => {
      requireEveryEnvironment(request, "A forge tells of deployments in any environment");
      const { forge } = request.params;
      const meanings = request.body.messages.map(({ event, body }, index) => {
        const messageId = createHash("sha256")
          .update(`${event}\n${JSON.stringify(body)}`)
          .digest("hex");
        try {
          return READ[forge]({ event, messageId, body });
        } catch (error) {
          if (error instanceof z.ZodError) throw faultOf(error, index, event);
          throw error;
        }
      });
      const tellings = meanings.flatMap((meaning) => (meaning.outcome === "told" ? meaning.tellings : []));
      const { recorded, duplicates } = await deps.record(tellings, request.principal);
      const ignored = meanings.filter((meaning) => meaning.outcome !== "told").length;
      return reply.code(202).send({ told: recorded, duplicates, ignored });
    },
  );
}

function faultOf(error: z.ZodError, index: number, event: string): ProblemError {
  const [first] = error.issues;
  const path = `/messages/${index}/body/${first?.path.join("/") ?? ""}`;
  const message = first?.message ?? "is not valid";
  return new ProblemError("invalid-request", `This is no ${event}: ${path} ${message}. Leave it out, or correct it.`, {
    faults: [{ path, message }],
  });
}
