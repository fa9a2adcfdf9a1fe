import type { ScopedTold } from "@steadfast/core/delivery/scope";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { App } from "../../http/app-type.ts";
import { requireEnvironment } from "../../http/authenticate.ts";
import { ProblemError } from "../../http/problem.ts";
import { CDEventFault } from "./parse-cdevent.ts";
import { type Meaning, readCDEvent } from "./read-cdevent.ts";

/** 4 MiB: a batch of a thousand events of 4 kB. */
export const CDEVENTS_BODY_MAX_BYTES = 4 * 1_024 * 1_024;
export const CDEVENTS_PER_REQUEST_MAX = 1_000;

const STRUCTURED = "application/cloudevents+json";
const BATCH = "application/cloudevents-batch+json";
const BINARY = "application/json";

export type CDEventsDeps = {
  readonly record: (
    tellings: readonly ScopedTold[],
    principal: FastifyRequest["principal"],
  ) => Promise<{ readonly recorded: number; readonly duplicates: number }>;
};

const answer = z
  .object({
    told: z.number().int(),
    duplicates: z.number().int().describe("Told before, under the same source and id"),
    ignored: z.array(z.string()).describe("Types that nothing is measured from"),
  })
  .meta({ id: "CDEventsAnswer" });

const cloudEvent = z.object({ specversion: z.string(), id: z.string(), type: z.string(), data: z.unknown() });

/** CDEvents over CloudEvents over HTTP, binary, structured and in batches. @see https://cdevents.dev/docs/cloudevents-binding/ */
export async function cdeventsRoutes(app: App, deps: CDEventsDeps): Promise<void> {
  await app.register(async (scope: App) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      [STRUCTURED, BATCH, BINARY],
      { parseAs: "string" },
      async (_request: FastifyRequest, body: string) => parseJson(body),
    );

    scope.post(
      "/cdevents",
      {
        bodyLimit: CDEVENTS_BODY_MAX_BYTES,
        config: { access: "report", isIdempotencyKept: false },
        schema: {
          tags: ["delivery"],
          summary: "Send CDEvents (CloudEvents over HTTP)",
          description: `Binary (${BINARY} with ce- headers), structured (${STRUCTURED}) or a batch (${BATCH}), refused whole or not at all.`,
          consumes: [STRUCTURED, BATCH, BINARY],
          response: { 202: answer },
        },
      },
      async (request, reply) => {
        const meanings = eventsOf(request).map(read);
        const tellings = meanings.flatMap((each) => (each.outcome === "told" ? [each.telling] : []));
        for (const environment of new Set(tellings.flatMap((each) => each.environment ?? []))) {
          requireEnvironment(request, environment);
        }
        const { recorded, duplicates } = await deps.record(tellings, request.principal);
        const ignored = new Set(meanings.flatMap((each) => (each.outcome === "ignored" ? [each.type] : [])));
        return reply.code(202).send({ told: recorded, duplicates, ignored: [...ignored] });
      },
    );
  });
}

/** The CDEvents of a request, whichever way CloudEvents carries them. */
function eventsOf(request: FastifyRequest): unknown[] {
  const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  const { body } = request;
  if (type === BINARY) {
    if (request.headers["ce-specversion"] === undefined) {
      throw fault("headers/ce-specversion", "is missing: a CloudEvent in binary mode has its ce- headers");
    }
    return [body];
  }
  if (type === STRUCTURED) return [dataOf(body, 0)];
  if (!Array.isArray(body)) throw fault("/", "must be a list: it is a batch");
  if (body.length > CDEVENTS_PER_REQUEST_MAX) {
    throw fault("/", `has ${body.length} events: at most ${CDEVENTS_PER_REQUEST_MAX} are taken`);
  }
  return body.map(dataOf);
}

function dataOf(given: unknown, index: number): unknown {
  const parsed = cloudEvent.safeParse(given);
  if (parsed.success) return parsed.data.data;
  const [first] = parsed.error.issues;
  throw fault(`/${index}/${first?.path.join("/") ?? ""}`, first?.message ?? "is no CloudEvent");
}

function read(event: unknown, index: number): Meaning {
  try {
    return readCDEvent(event);
  } catch (error) {
    if (error instanceof CDEventFault) throw fault(`/${index}`, error.message);
    throw error;
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    const said = error instanceof Error ? error.message : "it cannot be read";
    throw new ProblemError("malformed-body", `The body is not JSON: ${said}. Correct it and send it again.`);
  }
}

function fault(path: string, message: string): ProblemError {
  return new ProblemError(
    "invalid-request",
    `The event is not valid: ${path} ${message}. Correct it and send it again.`,
    {
      faults: [{ path, message }],
    },
  );
}
