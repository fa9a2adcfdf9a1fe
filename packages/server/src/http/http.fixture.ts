import pino from "pino";
import { z } from "zod";
import type { Principal, Role } from "./access-rule.ts";
import type { App } from "./app-type.ts";
import { authenticate, hashSecret } from "./authenticate.ts";
import { createApp } from "./create-app.ts";

export const SILENT = pino({ level: "silent" });

/** Lines that were logged, parsed. */
export function recordingLogger() {
  const lines: unknown[] = [];
  const logger = pino({ level: "trace" }, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { lines, logger };
}

/** Secrets by role: `<role>-secret`; `staging-secret` is a viewer of staging only. */
const PRINCIPALS = new Map<string, Pick<Principal, "role" | "environment">>([
  ...(["admin", "operator", "viewer", "client", "telemetry"] satisfies Role[]).map(
    (role): [string, { role: Role; environment: null }] => [hashSecret(`${role}-secret`), { role, environment: null }],
  ),
  [hashSecret("staging-secret"), { role: "viewer", environment: "staging" }],
]);

export function openApp(more: { readonly logger?: pino.Logger; readonly publicUrl?: string } = {}): App {
  const app = createApp({ logger: more.logger ?? SILENT });
  authenticate(app, {
    publicUrl: more.publicUrl,
    findPrincipal: async (via, secretHash) => {
      const known = PRINCIPALS.get(secretHash);
      return known && { tokenId: `tok_${known.role}`, tokenName: known.role, via, ...known };
    },
  });
  return app;
}

export const bearer = (role: Role | "staging") => ({ authorization: `Bearer ${role}-secret` });

/** What every refusal looks like. */
export const problemBody = z.strictObject({
  type: z.string().startsWith("urn:steadfast:problem:"),
  title: z.string(),
  status: z.number(),
  code: z.string(),
  detail: z.string().min(10),
  faults: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
});
