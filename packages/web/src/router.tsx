import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  retainSearchParams,
} from "@tanstack/react-router";
import { meQuery } from "./api/queries.ts";
import { CrashPage } from "./shell/crash-page.tsx";
import { NotFoundPage } from "./shell/not-found-page.tsx";
import { Shell } from "./shell/shell.tsx";
import { LoadingState } from "./ui/page-states.tsx";

type RootSearch = { environment?: string };
type SignInSearch = { returnTo?: string };

const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  validateSearch: (search: Record<string, unknown>): RootSearch =>
    typeof search.environment === "string" ? { environment: search.environment } : {},
  search: { middlewares: [retainSearchParams(["environment"])] },
  component: Outlet,
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): SignInSearch => {
    const returnTo = search.returnTo;
    return typeof returnTo === "string" && isOwnPath(returnTo) ? { returnTo } : {};
  },
  component: lazyRouteComponent(() => import("./access/sign-in-page.tsx"), "SignInPage"),
});

/** Everything behind it needs a session. */
const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "signed-in",
  beforeLoad: async ({ context, location }) => {
    const me = await context.queryClient.ensureQueryData(meQuery);
    if (me === null)
      throw redirect({ to: "/sign-in", search: location.href === "/" ? {} : { returnTo: location.href } });
  },
  component: Shell,
});

const nowRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/",
  component: lazyRouteComponent(() => import("./rollouts/now-page.tsx"), "NowPage"),
});

const rolloutRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/rollouts/$rolloutId",
  component: lazyRouteComponent(() => import("./rollouts/rollout-page.tsx"), "RolloutPage"),
});

const flagsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/flags",
  validateSearch: (search: Record<string, unknown>): { search?: string } =>
    typeof search.search === "string" && search.search ? { search: search.search } : {},
  component: lazyRouteComponent(() => import("./flags/flags-page.tsx"), "FlagsPage"),
});

const journalRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/journal",
  component: lazyRouteComponent(() => import("./journal/journal-page.tsx"), "JournalPage"),
});

const elsewhereRoute = createRoute({ getParentRoute: () => signedInRoute, path: "$", component: NotFoundPage });

const routeTree = rootRoute.addChildren([
  signInRoute,
  signedInRoute.addChildren([nowRoute, rolloutRoute, flagsRoute, journalRoute, elsewhereRoute]),
]);

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultPendingComponent: () => <LoadingState label="Loading the page" heights={[36, 220]} />,
    defaultErrorComponent: CrashPage,
    defaultNotFoundComponent: NotFoundPage,
  });
}

/** Only paths of this page: a link must not carry people elsewhere after they sign in. */
function isOwnPath(path: string): boolean {
  return path.startsWith("/") && !path.startsWith("//") && !path.includes("\\");
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
