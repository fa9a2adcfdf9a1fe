import type { App } from "../http/app-type.ts";
import type { Histogram } from "./metrics-registry.ts";

/** Measures every request by its route's pattern, never by its path: paths hold keys, and have no end. */
export function observeRequests(app: App, requestSeconds: Histogram<"method" | "route" | "status">): void {
  app.addHook("onResponse", (request, reply, done) => {
    done();
    if (String(reply.raw.getHeader("content-type") ?? "").startsWith("text/event-stream")) return;
    requestSeconds.observe(reply.elapsedTime / 1_000, {
      method: request.method,
      route: request.routeOptions.url ?? "(none)",
      status: String(reply.statusCode),
    });
  });
}
