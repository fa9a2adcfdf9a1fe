import { createHash } from "node:crypto";
import type { ScopedTold } from "@steadfast/core/delivery/scope";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { App } from "../../http/app-type.ts";
import { checkJson } from "../../http/json-body.ts";
import { ProblemError } from "../../http/problem.ts";
import { type MessageMeaning, UNKNOWN } from "./forge-message.ts";
import { readGitHubMessage } from "./github.ts";
import { readGitLabMessage } from "./gitlab.ts";
import { isSigned } from "./signature.ts";

/** 10 MiB: GitHub sends at most 25 MB, and more than a tenth of that only for pushes of thousands of files. */
export const WEBHOOK_BODY_MAX_BYTES = 10 * 1_024 * 1_024;

type ForgeKind = "github" | "gitlab";
type ForgeSource = { readonly id: string; readonly kind: ForgeKind; readonly secret: string };

export type ForgeDeps = {
  readonly findSource: (id: string) => Promise<ForgeSource | undefined>;
  readonly record: (source: ForgeSource, tellings: readonly ScopedTold[]) => Promise<void>;
  readonly count: (source: ForgeSource, event: string, outcome: "told" | "ignored" | "unknown" | "refused") => void;
};

const EVENT_HEADER = { github: "x-github-event", gitlab: "x-gitlab-event" } as const;
const READ = { github: readGitHubMessage, gitlab: readGitLabMessage } as const;
const EVENT_CHARACTERS_MAX = 60;

const answer = z
  .object({ outcome: z.enum(["told", "ignored", "unknown"]).describe("What became of the message") })
  .meta({ id: "WebhookAnswer" });

/** Webhooks of GitHub and GitLab. They come signed, not with a token. */
export async function forgeRoutes(app: App, deps: ForgeDeps): Promise<void> {
  // In a scope of its own: a signature is over the bytes, not over what they mean.
  await app.register(async (scope: App) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      "application/json",
      { parseAs: "buffer" },
      async (_: FastifyRequest, body: Buffer) => body,
    );

    scope.post(
      "/webhooks/:kind/:id",
      {
        bodyLimit: WEBHOOK_BODY_MAX_BYTES,
        config: { access: "public" },
        schema: {
          tags: ["delivery"],
          summary: "Where GitHub and GitLab send their webhooks",
          description:
            "Signed with the source's secret. A message that comes twice is told once. What nobody here reads, or what lacks what is needed, is taken and counted as unknown: a forge switches a webhook off that is refused too often.",
          consumes: ["application/json"],
          params: z.object({ kind: z.enum(["github", "gitlab"]), id: z.string().max(100) }),
          response: { 202: answer },
        },
      },
      async (request, reply) => {
        const { kind, id } = request.params;
        const event = eventOf(request, kind);
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const source = await deps.findSource(id);
        if (source?.kind !== kind || !isSigned(source, request.headers, body)) {
          if (source) deps.count(source, event, "refused");
          request.log.warn({ code: "signature-invalid", route: "/webhooks", remoteAddress: request.ip }, "denied");
          throw new ProblemError(
            "signature-invalid",
            `There is no source ${id} of this kind, or the message is not signed with its secret. Compare the secret with the one shown when the source was connected.`,
          );
        }
        const meaning = read(request, { kind, event }, body);
        if (meaning.outcome === "told") await deps.record(source, meaning.tellings);
        deps.count(source, event, meaning.outcome);
        return reply.code(202).send({ outcome: meaning.outcome });
      },
    );
  });
}

function eventOf(request: FastifyRequest, kind: ForgeKind): string {
  const header = request.headers[EVENT_HEADER[kind]];
  return (typeof header === "string" ? header : "").slice(0, EVENT_CHARACTERS_MAX);
}

function read(
  request: FastifyRequest,
  { kind, event }: { readonly kind: ForgeKind; readonly event: string },
  bytes: Buffer,
): MessageMeaning {
  const messageId = createHash("sha256").update(`${event}\n`).update(bytes).digest("hex");
  const body = parseJson(bytes);
  try {
    checkJson(body);
    return READ[kind]({ event, messageId, body });
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    // GitLab stops sending after four refusals in a row, of whatever type: those that can be read would not come either.
    request.log.warn({ kind, event, fault }, "webhook not understood");
    return UNKNOWN;
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new ProblemError("malformed-body", `The body is not JSON: ${said}. Set the content type to JSON.`);
  }
}

/** What a message lacks to be read here: it is not what its type promises, or holds what cannot be stored. */
function faultOf(error: unknown): string | undefined {
  if (error instanceof ProblemError && error.code === "invalid-request") return error.message;
  if (!(error instanceof z.ZodError)) return undefined;
  const [first] = error.issues;
  return `/${first?.path.join("/") ?? ""} ${first?.message ?? ""}`;
}
