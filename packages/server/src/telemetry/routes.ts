import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { App } from "../http/app-type.ts";
import { requireEnvironment } from "../http/authenticate.ts";
import { inflateBody } from "../http/inflate-body.ts";
import { ProblemError } from "../http/problem.ts";
import { environmentKey } from "../http/schemas.ts";
import { listValidator, rejectedIn } from "../http/validation.ts";
import type { Observation } from "./observation.ts";
import type { ObservationFault } from "./observation-fault.ts";
import {
  OBSERVATIONS_PER_REQUEST_MAX,
  observation,
  observationsBody,
  observationsResult,
  telemetrySummary,
} from "./schemas.ts";
import type { TelemetrySummary } from "./summarise.ts";

/** 8 MiB, as sent and as unpacked: 10,000 observations of 800 bytes, each with some 100 latency buckets. */
export const OBSERVATIONS_BODY_MAX_BYTES = 8 * 1_024 * 1_024;

/** Different reasons and examples told in one answer. */
const DROPPED_TOLD_MAX = 50;

export type TelemetryRoutesDeps = {
  readonly telemetry: {
    countObservation(observation: Observation): ObservationFault | undefined;
    summary(environment: string): Promise<TelemetrySummary>;
  };
  /** @throws {ProblemError} `environment-not-found` */
  readonly requireKnownEnvironment: (environment: string) => void;
};

export async function telemetryRoutes(app: App, deps: TelemetryRoutesDeps): Promise<void> {
  // In a scope of its own, whose JSON may be compressed.
  await app.register(async (scope: App) => {
    scope.removeContentTypeParser("application/json");
    scope.addContentTypeParser(
      "application/json",
      { parseAs: "buffer" },
      async (request: FastifyRequest, body: Buffer) =>
        parseJson(await inflateBody(request.headers["content-encoding"], body, OBSERVATIONS_BODY_MAX_BYTES)),
    );

    scope.post(
      "/api/v1/observations",
      {
        bodyLimit: OBSERVATIONS_BODY_MAX_BYTES,
        validatorCompiler: listValidator("observations", observation, OBSERVATIONS_PER_REQUEST_MAX),
        config: { access: "report" },
        schema: {
          tags: ["telemetry"],
          summary: "Send counts of requests by flag and variant",
          description:
            "Counts are added as they come: the same observation sent twice counts twice, unless both carry the same Idempotency-Key. As in OTLP, malformed observations are left out and told by their place (`rejected`), and the others are counted; refused whole (400) when none is well-formed, or with 50 faults and more. gzip is accepted.",
          body: observationsBody,
          response: { 202: observationsResult },
        },
      },
      async (request, reply) => {
        const { observations } = request.body;
        // All before any is counted: a token that reaches too far is refused whole.
        for (const environment of new Set(observations.map((each) => each.environment))) {
          requireEnvironment(request, environment);
        }
        const rejected = [...rejectedIn(request.body)];
        return reply.code(202).send({ ...countAll(observations, deps.telemetry), rejected });
      },
    );
  });

  app.get(
    "/api/v1/environments/:environment/telemetry",
    {
      config: { access: "read" },
      schema: {
        tags: ["telemetry"],
        summary: "What arrives now, and what was not counted",
        params: z.object({ environment: environmentKey }),
        response: { 200: telemetrySummary },
      },
    },
    async (request) => {
      const { environment } = request.params;
      requireEnvironment(request, environment);
      deps.requireKnownEnvironment(environment);
      return deps.telemetry.summary(environment);
    },
  );
}

function countAll(
  observations: readonly Observation[],
  telemetry: TelemetryRoutesDeps["telemetry"],
): Omit<z.infer<typeof observationsResult>, "rejected"> {
  const dropped = new Map<string, { reason: string; count: number; example: string }>();
  let accepted = 0;
  for (const each of observations) {
    const fault = telemetry.countObservation(each);
    if (!fault) {
      accepted += 1;
      continue;
    }
    const key = `${fault.reason}/${fault.example}`;
    const known = dropped.get(key);
    if (known) known.count += 1;
    else dropped.set(key, { ...fault, count: 1 });
  }
  return { accepted, dropped: [...dropped.values()].sort((a, b) => b.count - a.count).slice(0, DROPPED_TOLD_MAX) };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    const said = error instanceof Error ? error.message : "it cannot be read";
    throw new ProblemError("malformed-body", `The body is not JSON: ${said}. Correct it and send it again.`);
  }
}
