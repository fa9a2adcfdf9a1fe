import swagger from "@fastify/swagger";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import type { App } from "./app-type.ts";
import { problem } from "./schemas.ts";

/** The API's own version, not the package's: additions do not change it. */
const API_VERSION = "1";

/** Collects every route that is mounted after it. */
export async function describeRoutes(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Steadfast",
        version: API_VERSION,
        description:
          "Guarded rollouts that take themselves back. Errors are RFC 9457 problems with a permanent `code`; times are RFC 3339 UTC.",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      servers: [{ url: "/" }],
      security: [{ token: [] }, { apiKey: [] }, { session: [] }],
      components: {
        securitySchemes: {
          token: { type: "http", scheme: "bearer" },
          apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
          session: { type: "apiKey", in: "cookie", name: "steadfast_session" },
        },
      },
    },
    transform: (route) => {
      const { schema, url } = jsonSchemaTransform(withProblem(route));
      const access = route.route.config?.access;
      return { schema: { ...schema, ...(access === "public" ? { security: [] } : {}), "x-access": access }, url };
    },
    transformObject: (given) => withoutUnused(jsonSchemaTransformObject(given)),
  });
}

type Description = ReturnType<typeof jsonSchemaTransformObject>;

/** Every schema is offered as input and as output; only those that a route refers to are told. */
function withoutUnused(document: Description): Description {
  const components = "components" in document ? document.components : undefined;
  if (!components?.schemas) return document;
  const schemas: Record<string, unknown> = components.schemas;
  const used = new Set<string>();
  const visit = (part: unknown): void => {
    for (const [, name] of JSON.stringify(part ?? null).matchAll(/"#\/components\/schemas\/([^"/]+)/g)) {
      if (name === undefined || used.has(name)) continue;
      used.add(name);
      visit(schemas[name]);
    }
  };
  visit("paths" in document ? document.paths : null);
  for (const name of Object.keys(schemas)) if (!used.has(name)) delete schemas[name];
  return document;
}

type Route = Parameters<typeof jsonSchemaTransform>[0];

/** Any route may answer with a problem; saying it once here keeps it out of every route. */
function withProblem(route: Route): Route {
  const isDescribed = route.schema !== undefined && route.schema.hide !== true && !route.url.startsWith("/ofrep/");
  if (!isDescribed) return route;
  const response =
    typeof route.schema.response === "object" && route.schema.response !== null ? route.schema.response : {};
  return { ...route, schema: { ...route.schema, response: { ...response, default: problem } } };
}
