import pino, { type Logger } from "pino";
import { type Config, loadConfig } from "./config.ts";
import type { DatabaseConfig } from "./db/database.ts";
import { openNode, type SteadfastNode } from "./node.ts";

export const TEST_ADMIN_TOKEN = "test-admin-token-0123456789";

/** A whole node on a store of the test's, asked without a port. */
export async function openTestNode(
  database: DatabaseConfig,
  more: Partial<Config> & { readonly logger?: Logger; readonly nowMs?: () => number } = {},
) {
  const { logger = pino({ level: "silent" }), nowMs = Date.now, ...settings } = more;
  const loaded = loadConfig({ env: { STEADFAST_ADMIN_TOKEN: TEST_ADMIN_TOKEN }, flags: {} });
  if (!loaded.ok) throw new Error(loaded.faults.map((fault) => fault.message).join("; "));
  const node: SteadfastNode = await openNode({ ...loaded.config, ...settings, database }, logger, nowMs);
  await node.app.ready();

  const ask = async (
    method: "GET" | "POST" | "PUT" | "DELETE",
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const answer = await node.app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${TEST_ADMIN_TOKEN}`, ...headers },
      ...(body === undefined
        ? {}
        : {
            payload: JSON.stringify(body),
            headers: { authorization: `Bearer ${TEST_ADMIN_TOKEN}`, "content-type": "application/json", ...headers },
          }),
    });
    const isJson = String(answer.headers["content-type"] ?? "").includes("json");
    return { status: answer.statusCode, headers: answer.headers, body: isJson ? answer.json() : answer.body };
  };
  return { node, ask, close: () => node.close() };
}
