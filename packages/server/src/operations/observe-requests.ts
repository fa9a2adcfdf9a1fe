import type { FastifyRequest } from "fastify";
import type { App } from "../http/app-type.ts";
import type { Histogram, Observe } from "./metrics-registry.ts";

/** Measures every request by its route's pattern, never by its path: paths hold keys, and have no end. */
export function observeRequests(app: App, requestSeconds: Histogram<"method" | "route" | "status">): void {
  // By a route's own settings, of which there is one object each; the series of a route and its statuses are looked up once.
  const byRoute = new WeakMap<object, Map<number, Observe>>();

  const observerFor = ({ method, routeOptions }: FastifyRequest, status: number): Observe => {
    const known = byRoute.get(routeOptions.config)?.get(status);
    if (known) return known;
    const observe = requestSeconds.series({ method, route: routeOptions.url ?? "(none)", status: String(status) });
    if (routeOptions.url === undefined || method !== routeOptions.method) return observe;
    byRoute.set(routeOptions.config, (byRoute.get(routeOptions.config) ?? new Map()).set(status, observe));
    return observe;
  };

  app.addHook("onResponse", (request, reply, done) => {
    done();
    if (String(reply.raw.getHeader("content-type") ?? "").startsWith("text/event-stream")) return;
    observerFor(request, reply.statusCode)(reply.elapsedTime / 1_000);
  });
}
