import { afterEach, expect, it } from "vitest";
import { describeOnEachStore } from "./db/test-databases.ts";
import { CAPABILITIES_BY_ROLE, type Capability, type Role } from "./http/access-rule.ts";
import { openTestNode } from "./node.fixture.ts";
import { type Described, routesOf } from "./routes.fixture.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const node of opened.splice(0)) await node.close();
});

const ROLES: readonly Role[] = ["admin", "operator", "viewer", "client", "telemetry"];
const REFUSED = [401, 403];

describeOnEachStore("every route", (open) => {
  const start = async () => {
    const opening = await openTestNode(await open.config());
    opened.push(opening);
    const { ask, node } = opening;
    await ask("POST", "/api/v1/flags", { key: "f" });
    const started = await ask("POST", "/api/v1/rollouts", { ...ROLLOUT, flag: "f" });
    const secretOf = async (role: Role, environment: string | null) =>
      String((await ask("POST", "/api/v1/tokens", { name: role, role, environment })).body.token);
    const knock = async (route: Described, environment: string, headers: Record<string, string>) => {
      const answer = await node.app.inject({
        method: route.method,
        url: route.url({
          environment,
          key: "f",
          id: route.path.includes("/rollouts/") ? String(started.body.id) : "x",
        }),
        headers: { "content-type": "application/json", ...headers },
        ...(route.method === "GET" ? {} : { payload: bodyOf(route, environment) }),
        payloadAsStream: true,
      });
      answer.raw.res.destroy();
      return answer.statusCode;
    };
    return { ask, knock, routes: routesOf(node.app), secretOf };
  };

  it("lets in the roles that have its capability, and no other", async () => {
    const { knock, routes, secretOf } = await start();
    for (const role of ROLES) {
      const authorization = `Bearer ${await secretOf(role, "production")}`;
      for (const route of routes) {
        const isAllowed = route.access === "public" || hasCapability(role, route.access);
        const isRefused = REFUSED.includes(await knock(route, "production", { authorization }));
        const needsAll = WIDER_THAN_AN_ENVIRONMENT.has(`${route.method} ${route.path}`);
        if (!needsAll && route.path !== "/api/v1/session")
          expect(isRefused, `${role}: ${route.method} ${route.path}`).toBe(!isAllowed);
      }
    }
  });

  it("keeps a token of another environment out of this one", async () => {
    const { knock, routes, secretOf } = await start();
    const tied = routes.filter(
      ({ method, path }) => path.includes("{environment}") || TIED_OTHERWISE.test(`${method} ${path}`),
    );
    for (const role of ROLES) {
      const authorization = `Bearer ${await secretOf(role, "staging")}`;
      for (const route of tied) {
        const status = await knock(route, "production", { authorization });
        expect(status, `${role}: ${route.method} ${route.path}`).toBe(403);
      }
    }
    expect(tied.length).toBeGreaterThan(15);
  });

  it("refuses who has no token, a wrong one, or a revoked one", async () => {
    const { ask, knock, routes } = await start();
    const made = (await ask("POST", "/api/v1/tokens", { name: "x", role: "admin" })).body;
    await ask("DELETE", `/api/v1/tokens/${made.id}`);
    const credentials: Record<string, string>[] = [
      {},
      { authorization: "Bearer wrong" },
      { authorization: `Bearer ${made.token}` },
      { "x-api-key": made.token },
      { cookie: `steadfast_session=${made.token}` },
    ];
    for (const route of routes.filter(({ access }) => access !== "public")) {
      for (const headers of credentials) {
        const said = `${route.method} ${route.path} ${Object.keys(headers)}`;
        expect(await knock(route, "production", headers), said).toBe(401);
      }
    }
  });
});

const ROLLOUT = { kind: "flag", environment: "production", candidate: "on", reason: "try" };

/** A flag stands in every environment, and an environment is none of the token's. */
const WIDER_THAN_AN_ENVIRONMENT = new Set([
  "POST /api/v1/flags",
  "POST /api/v1/environments",
  "POST /api/v1/tokens",
  "GET /api/v1/backup",
  "PUT /api/v1/services/{key}",
  "GET /api/v1/sources",
  "POST /api/v1/sources",
  "DELETE /api/v1/sources/{id}",
  "GET /api/v1/unmeasured-repositories",
  "POST /api/v1/imports/{forge}",
]);

/** Their environment is in the body, or follows from the rollout. */
const TIED_OTHERWISE = /^(POST \/api\/v1\/(rollouts|observations)|\w+ \/api\/v1\/rollouts\/\{id\}.*)$/;

/** Valid: what is wrong with a body may be told before whose environment it is. */
function bodyOf({ path }: Described, environment: string): string {
  if (path === "/api/v1/rollouts") return JSON.stringify({ ...ROLLOUT, flag: "f", environment });
  if (path.endsWith("/restore")) return JSON.stringify({ version: 1, reason: "x" });
  if (path.endsWith("/evaluate")) return JSON.stringify({ context: {} });
  if (path.endsWith("/check")) return JSON.stringify({ definition: {} });
  if (path.endsWith("/applied")) return JSON.stringify({ instance: "i", version: 1 });
  if (path !== "/api/v1/observations") return JSON.stringify({ reason: "x" });
  const counts = { second: Math.floor(Date.now() / 1_000), requests: 1, failures: 0 };
  return JSON.stringify({ observations: [{ environment, flag: "f", variant: "on", ...counts }] });
}

function hasCapability(role: Role, access: string): boolean {
  const capabilities: readonly string[] = CAPABILITIES_BY_ROLE[role] satisfies readonly Capability[];
  return capabilities.includes(access);
}
