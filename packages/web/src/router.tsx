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
import { readDeliverySearch } from "./delivery/delivery-search.ts";
import { readFlagSearch, readFlagsSearch } from "./flags/flag-search.ts";
import type { HealthPart } from "./health/health-strip.tsx";
import { readJournalSearch } from "./journal/journal-search.ts";
import { type ChartView, readChartView } from "./rollouts/charts/chart-view.ts";
import { readStartSearch } from "./rollouts/start/start-search.ts";
import { CrashPage } from "./shell/crash-page.tsx";
import { NotFoundPage } from "./shell/not-found-page.tsx";
import { Shell } from "./shell/shell.tsx";
import { LoadingState } from "./ui/page-states.tsx";

type RootSearch = { environment?: string };
type SignInSearch = {
  /** Where to go on. */
  returnTo?: string;
  /** A session ended while a page was open. */
  ended?: true;
};
type CreateSearch = { create?: true };

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
    const { returnTo, ended } = search;
    return {
      ...(typeof returnTo === "string" && isOwnPath(returnTo) ? { returnTo } : {}),
      ...(ended === true ? { ended } : {}),
    };
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
  validateSearch: ({ health }: Record<string, unknown>): { health?: HealthPart } =>
    health === "telemetry" || health === "instances" ? { health } : {},
  component: lazyRouteComponent(() => import("./rollouts/now-page.tsx"), "NowPage"),
});

const startRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/rollouts/new",
  validateSearch: readStartSearch,
  component: lazyRouteComponent(() => import("./rollouts/start/start-page.tsx"), "StartPage"),
});

const rolloutRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/rollouts/$rolloutId",
  validateSearch: (search: Record<string, unknown>): ChartView & { entry?: number } => ({
    ...readChartView(search),
    ...(Number.isSafeInteger(search.entry) ? { entry: Number(search.entry) } : {}),
  }),
  component: lazyRouteComponent(() => import("./rollouts/rollout-page.tsx"), "RolloutPage"),
});

const flagsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/flags",
  validateSearch: readFlagsSearch,
  component: lazyRouteComponent(() => import("./flags/flags-page.tsx"), "FlagsPage"),
});

const flagRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/flags/$key",
  validateSearch: readFlagSearch,
  component: lazyRouteComponent(() => import("./flags/flag-page.tsx"), "FlagPage"),
});

const journalRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/journal",
  validateSearch: readJournalSearch,
  component: lazyRouteComponent(() => import("./journal/journal-page.tsx"), "JournalPage"),
});

const deliveryRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/delivery",
  validateSearch: readDeliverySearch,
  component: lazyRouteComponent(() => import("./delivery/delivery-page.tsx"), "DeliveryPage"),
});

const settingsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/settings",
  component: lazyRouteComponent(() => import("./settings/settings-layout.tsx"), "SettingsLayout"),
});

const settingsIndexRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/settings/environments", replace: true });
  },
});

const environmentsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/environments",
  validateSearch: createSearch,
  component: lazyRouteComponent(() => import("./settings/environments-page.tsx"), "EnvironmentsPage"),
});

const tokensRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/tokens",
  validateSearch: createSearch,
  component: lazyRouteComponent(() => import("./settings/tokens-page.tsx"), "TokensPage"),
});

const sourcesRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/sources",
  validateSearch: ({ create }: Record<string, unknown>): { create?: "service" | "source" } =>
    create === "service" || create === "source" ? { create } : {},
  component: lazyRouteComponent(() => import("./delivery/sources/sources-page.tsx"), "SourcesPage"),
});

const aboutRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/about",
  component: lazyRouteComponent(() => import("./settings/about-page.tsx"), "AboutPage"),
});

const elsewhereRoute = createRoute({ getParentRoute: () => signedInRoute, path: "$", component: NotFoundPage });

const settingsRoutes = settingsRoute.addChildren([
  settingsIndexRoute,
  environmentsRoute,
  tokensRoute,
  sourcesRoute,
  aboutRoute,
]);

const routeTree = rootRoute.addChildren([
  signInRoute,
  signedInRoute.addChildren([
    nowRoute,
    startRoute,
    rolloutRoute,
    flagsRoute,
    flagRoute,
    journalRoute,
    deliveryRoute,
    settingsRoutes,
    elsewhereRoute,
  ]),
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

/** Whether the dialog that creates something is open. */
function createSearch(search: Record<string, unknown>): CreateSearch {
  return search.create === true ? { create: true } : {};
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
