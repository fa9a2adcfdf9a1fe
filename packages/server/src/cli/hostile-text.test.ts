import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestNode, TEST_ADMIN_TOKEN } from "../node.fixture.ts";
import { runCli } from "./cli.fixture.ts";

/** What people may write into a reason or a name, and a terminal would obey. */
const HOSTILE = "ok\n\r\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e\u2028 end";
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are ours, everything else is not
const OBEYED = /(?!\u001b\[[0-9;]*m)[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

const folder = mkdtempSync(join(tmpdir(), "steadfast-hostile-text-"));
let node: Awaited<ReturnType<typeof openTestNode>>;
let env: Record<string, string>;
let rolloutId: string;

beforeAll(async () => {
  node = await openTestNode({ kind: "sqlite", dataDir: folder });
  const url = await node.node.app.listen({ host: "127.0.0.1", port: 0 });
  env = { STEADFAST_URL: url, STEADFAST_TOKEN: TEST_ADMIN_TOKEN, FORCE_COLOR: "1" };
  const { ask } = node;
  const flag = { key: "f", description: HOSTILE, owner: HOSTILE, service: HOSTILE };
  const definition = {
    state: "ENABLED",
    variants: { on: HOSTILE, off: "off" },
    defaultVariant: "off",
    targeting: { if: [{ "==": [{ var: HOSTILE }, HOSTILE] }, "on", null] },
    metadata: { note: HOSTILE },
  };
  await ask("POST", "/api/v1/flags", { ...flag, definition });
  await ask("POST", "/api/v1/flags", { key: "g", description: HOSTILE });
  await ask(
    "PUT",
    "/api/v1/environments/production/flags/g",
    { reason: HOSTILE, state: "DISABLED" },
    { "if-match": '"1"' },
  );
  await ask("POST", "/api/v1/tokens", { name: HOSTILE, role: "viewer" });
  await ask("POST", "/api/v1/environments", { key: "qa", name: HOSTILE, reason: HOSTILE });
  const rollout = { kind: "flag", environment: "production", flag: "g", candidate: "on", reason: HOSTILE };
  await ask(
    "PUT",
    "/api/v1/environments/production/flags/g",
    { reason: HOSTILE, state: "ENABLED" },
    { "if-match": '"2"' },
  );
  rolloutId = String((await ask("POST", "/api/v1/rollouts", rollout)).body.id);
  const span = {
    resourceSpans: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: HOSTILE } }] },
        scopeSpans: [
          {
            spans: [
              {
                kind: 2,
                attributes: ["feature_flag.key", "feature_flag.result.variant"].map((key) => ({
                  key,
                  value: { stringValue: HOSTILE },
                })),
              },
            ],
          },
        ],
      },
    ],
  };
  await ask("POST", "/v1/traces", span);
});
afterAll(async () => {
  await node.close();
  rmSync(folder, { recursive: true, force: true });
});

it.each([
  ["flag", "list"],
  ["flag", "show", "f"],
  ["flag", "show", "g"],
  ["flag", "history", "g"],
  ["flag", "history", "f"],
  ["rollout", "list"],
  ["rollout", "show", "ROLLOUT"],
  ["rollout", "decisions", "ROLLOUT"],
  ["token", "list"],
  ["token", "create", "--name", HOSTILE, "--role", "viewer"],
  ["environment", "list"],
  ["telemetry"],
  ["flag", "set", "g", "--reason", HOSTILE, "--default", HOSTILE],
  ["flag", "show", HOSTILE],
  ["rollout", "show", HOSTILE],
  ["rollout", "pause", "ROLLOUT", "--reason", HOSTILE],
  ["rollout", "roll-back", "ROLLOUT", "--reason", HOSTILE],
  ["rollout", "show", "ROLLOUT"],
])("a terminal obeys nothing that somebody else wrote: %s %s %s", async (...words) => {
  const args = words.map((word) => (word === "ROLLOUT" ? rolloutId : word));

  const view = await runCli(args, env);
  const json = await runCli([...args, "--json"], env);

  expect(`${view.stdout}${view.stderr}`).not.toMatch(OBEYED);
  expect(`${view.stdout}${view.stderr}`.length).toBeGreaterThan(10);
  expect(`${json.stdout}${json.stderr}`).not.toMatch(OBEYED);
});
