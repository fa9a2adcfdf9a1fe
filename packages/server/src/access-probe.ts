import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { z } from "zod";
import { loadConfig } from "./config.ts";
import { type Capability, ROLES, type Role } from "./http/access-rule.ts";
import { type MountedRoute, mountedRoutes } from "./http/mounted-routes.ts";
import { openNode, type SteadfastNode } from "./node.ts";

/**
 * Who asks. A `session` is an operator's browser; `foreign-page` is the same cookie on a request that another site made
 * the browser send; `unknown` is a token that nobody has.
 */
export const CALLERS = ["none", "unknown", ...ROLES, "foreign-page", "session"] as const;
export type Caller = (typeof CALLERS)[number];

/** HTTP statuses of one route: of a token bound to the environment that is asked for, and of one bound to another. */
export type AccessRow = {
  readonly method: string;
  /** Such as `/api/v1/flags/:key`. */
  readonly url: string;
  readonly access: Capability;
  readonly inside: Readonly<Record<Caller, number>>;
  readonly outside: Readonly<Record<Caller, number>>;
};

/** A caller that hangs would hang the table. */
const ANSWER_TIMEOUT_MS = 30_000;
const ADMIN_TOKEN = "admin-token-of-the-access-probe";
const OFREP_ENVIRONMENT_HEADER = "x-steadfast-environment";
const ASKED = "production";
const OTHER = "staging";

/** Asks a real node, over HTTP, for every route that it has mounted, as every caller, in the right and in a wrong environment. */
export async function probeAccess(): Promise<readonly AccessRow[]> {
  const dataDir = await mkdtemp(join(tmpdir(), "steadfast-access-"));
  const loaded = loadConfig({ env: { STEADFAST_ADMIN_TOKEN: ADMIN_TOKEN }, flags: { "data-dir": dataDir, port: "0" } });
  if (!loaded.ok) throw new Error("the configuration of the probe is not valid");
  const node = await openNode({ ...loaded.config, shutdownSeconds: 0 }, pino({ level: "silent" }));
  try {
    return await probeNode(node);
  } finally {
    await node.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function probeNode(node: SteadfastNode): Promise<readonly AccessRow[]> {
  const address = await node.app.listen({ host: "127.0.0.1", port: 0 });
  const admin: Headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  await post(address, "/api/v1/flags", { key: "f" }, admin);
  const rollout = await post(address, "/api/v1/rollouts", ROLLOUT, admin);
  const spare = await post(address, "/api/v1/tokens", { name: "spare", role: "viewer", environment: ASKED }, admin);
  const known: Known = { rollout: ids.parse(rollout.body).id, token: ids.parse(spare.body).id };
  const insiders = await signUp(address, ASKED, admin);
  const outsiders = await signUp(address, OTHER, admin);

  const rows: AccessRow[] = [];
  for (const route of mountedRoutes(node.app)) {
    if (route.method === "OPTIONS") continue;
    const statuses = async (callers: Readonly<Record<Caller, Headers>>) => {
      const answers: [string, number][] = [];
      for (const caller of CALLERS) answers.push([caller, await knock(address, route, callers[caller], known)]);
      return statusByCaller.parse(Object.fromEntries(answers));
    };
    rows.push({ ...route, inside: await statuses(insiders), outside: await statuses(outsiders) });
    // Signing out ended theirs.
    if (route.url === "/api/v1/session") {
      Object.assign(insiders, await signUp(address, ASKED, admin));
      Object.assign(outsiders, await signUp(address, OTHER, admin));
    }
  }
  return rows;
}

type Headers = Readonly<Record<string, string>>;
/** What the paths and bodies of the probe name, so that a refusal is for who asks and not for what is asked. */
type Known = { readonly rollout: string; readonly token: string };

const ids = z.object({ id: z.string() });
const made = z.object({ token: z.string() });
const statusByCaller = z.record(z.enum(CALLERS), z.number());

async function signUp(address: string, environment: string, admin: Headers): Promise<Record<Caller, Headers>> {
  const bearerOf = async (role: Role): Promise<Headers> => {
    const answer = await post(address, "/api/v1/tokens", { name: role, role, environment }, admin);
    return { authorization: `Bearer ${made.parse(answer.body).token}` };
  };
  const operator = await bearerOf("operator");
  const secret = operator.authorization?.slice("Bearer ".length);
  const signedIn = await post(address, "/api/v1/session", { token: secret }, {});
  const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
  return {
    none: {},
    unknown: { authorization: "Bearer sfd_admin_nobody-has-this-token" },
    operator,
    admin: await bearerOf("admin"),
    viewer: await bearerOf("viewer"),
    client: await bearerOf("client"),
    telemetry: await bearerOf("telemetry"),
    session: { cookie, "x-steadfast-csrf": "1", "sec-fetch-site": "same-origin" },
    "foreign-page": { cookie, "sec-fetch-site": "cross-site", origin: "https://elsewhere.example" },
  };
}

async function knock(address: string, route: MountedRoute, headers: Headers, known: Known): Promise<number> {
  const isRead = route.method === "GET";
  // Let go of a stream once its head has come.
  const letGo = new AbortController();
  const response = await fetch(`${address}${pathOf(route, known)}`, {
    method: route.method,
    headers: {
      [OFREP_ENVIRONMENT_HEADER]: ASKED,
      ...headers,
      ...(isRead ? {} : { "content-type": "application/json", "if-match": '"1"' }),
    },
    ...(isRead ? {} : { body: JSON.stringify(bodyOf(route)) }),
    redirect: "manual",
    signal: AbortSignal.any([letGo.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
  });
  letGo.abort();
  return response.status;
}

function pathOf({ url }: MountedRoute, known: Known): string {
  const id = url.includes("/rollouts/") ? known.rollout : url.includes("/tokens/") ? known.token : "x";
  const values: Readonly<Record<string, string>> = { environment: ASKED, key: "f", version: "1", forge: "github", id };
  return url.replaceAll(/:(\w+)/g, (_, name: string) => values[name] ?? "x").replace(/\*$/, "");
}

const ROLLOUT = { kind: "flag", environment: ASKED, flag: "f", candidate: "on", reason: "probe" };

const MOMENT = "2026-01-01T00:00:00Z";
const DEVLAKE_DEPLOYMENT = {
  id: "d",
  environment: ASKED.toUpperCase(),
  result: "SUCCESS",
  finishedDate: MOMENT,
  deploymentCommits: [{ repoUrl: "https://forge.example/a/b", commitSha: "0".repeat(40) }],
};

/** Valid where whose environment it is stands in the body: what is wrong with a body may be told before. */
function bodyOf({ url }: MountedRoute): object {
  if (url === "/api/v1/rollouts" || url === "/api/v1/rollouts/preview") return ROLLOUT;
  if (url === "/api/v1/flags") return { key: "f" };
  if (url === "/api/v1/imports/:forge") return { messages: [{ event: "probe", body: {} }] };
  if (url === "/api/v1/environments") return { key: ASKED };
  if (url === "/api/v1/tokens") return { name: "another", role: "viewer", environment: ASKED };
  if (url === "/api/v1/deployments") return { service: "s", environment: ASKED };
  if (url === "/api/v1/incidents") return { id: "i", service: "s", environment: ASKED, title: "probe" };
  if (url === "/api/v1/services/:key") return {};
  if (url.endsWith("/connections/:service/deployments")) return DEVLAKE_DEPLOYMENT;
  if (url.endsWith("/connections/:service/issues")) return { issueKey: "i", title: "probe", createdDate: MOMENT };
  if (url === "/api/v1/sources") return { kind: "github", name: "probe" };
  if (url.endsWith("/preview")) return { ...ROLLOUT };
  if (url.endsWith("/evaluate")) return { context: {} };
  if (url.endsWith("/check")) return { definition: {} };
  if (url.endsWith("/restore")) return { version: 1, reason: "probe" };
  if (url.endsWith("/applied")) return { instance: "i", version: 1 };
  if (url !== "/api/v1/observations") return { reason: "probe" };
  const counts = { second: Math.floor(Date.now() / 1_000), requests: 1, failures: 0 };
  return { observations: [{ environment: ASKED, flag: "f", variant: "on", ...counts }] };
}

async function post(address: string, path: string, body: object, headers: Headers) {
  const response = await fetch(`${address}${path}`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
  const answered: unknown = await response.json();
  return { headers: response.headers, body: answered };
}
