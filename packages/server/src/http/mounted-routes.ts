import type { Capability } from "./access-rule.ts";
import type { App } from "./app-type.ts";

/** A route as it was mounted. `url` has its parameters as `:name`; `*` is a catch-all. */
export type MountedRoute = { readonly method: string; readonly url: string; readonly access: Capability };

const routesByServer = new WeakMap<object, MountedRoute[]>();

/**
 * Remembers every route that is mounted from now on, the described and the hidden ones. A route that names no access is
 * refused. HEAD comes with each GET and is not told.
 *
 * @throws {Error} while mounting, naming the route
 */
export function rememberRoutes(app: App): void {
  const routes: MountedRoute[] = [];
  routesByServer.set(app.server, routes);
  app.addHook("onRoute", (route) => {
    const access = route.config?.access;
    if (!access) throw new Error(`the route ${String(route.method)} ${route.url} names no access`);
    for (const method of [route.method].flat()) if (method !== "HEAD") routes.push({ method, url: route.url, access });
  });
}

/** Every route of an app, in the order of mounting. */
export function mountedRoutes(app: App): readonly MountedRoute[] {
  return routesByServer.get(app.server) ?? [];
}
