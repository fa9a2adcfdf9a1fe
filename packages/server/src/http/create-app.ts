import fastify, { type FastifyBaseLogger, LogController } from "fastify";
import { serializerCompiler } from "fastify-type-provider-zod";
import type { App } from "./app-type.ts";
import { answerClientError, refuseWithoutHost } from "./client-error.ts";
import { handleErrors, sendError } from "./error-handler.ts";
import { guardAnswers } from "./guard-answers.ts";
import { checkBodies } from "./json-body.ts";
import {
  BODY_BYTES_MAX,
  CONNECTIONS_MAX,
  HEADER_BYTES_MAX,
  KEEP_ALIVE_TIMEOUT_MS,
  PATH_PARAMETER_CHARACTERS_MAX,
  REQUEST_TIMEOUT_MS,
  SLOW_SENDER_CHECK_MS,
} from "./limits.ts";
import { validatorCompiler } from "./validation.ts";

/**
 * A bounded Fastify with zod schemas and problem+json errors, and no routes yet. `authenticate` comes next, before
 * any route.
 */
export function createApp(options: {
  readonly logger: FastifyBaseLogger;
  /** Where people come by https. */
  readonly isHttps?: boolean;
  /** Addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed; nobody's otherwise. */
  readonly trustedProxies?: readonly string[] | undefined;
}): App {
  const app: App = fastify({
    loggerInstance: options.logger,
    // A line for each request would be the log's bulk; denials, errors and decisions are logged where they happen.
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustedProxies ? [...options.trustedProxies] : false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    routerOptions: { maxParamLength: PATH_PARAMETER_CHARACTERS_MAX },
    http: {
      maxHeaderSize: HEADER_BYTES_MAX,
      requireHostHeader: false,
      // Node gives a body the longer of the two times, whichever name it has.
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: SLOW_SENDER_CHECK_MS,
    },
    onProtoPoisoning: "error",
    onConstructorPoisoning: "error",
    frameworkErrors: (error, request, reply) => void sendError(request, reply, error),
    clientErrorHandler: answerClientError,
    // Closing waits for what is being answered; whoever closes bounds how long.
    forceCloseConnections: "idle",
  }).withTypeProvider();
  app.server.maxConnections = CONNECTIONS_MAX;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  // Only JSON, and what a route's own plugin adds: a form of another site can send text/plain.
  app.removeContentTypeParser("text/plain");
  handleErrors(app);
  guardAnswers(app, { isHttps: options.isHttps ?? false });
  refuseWithoutHost(app);
  checkBodies(app);
  return app;
}
