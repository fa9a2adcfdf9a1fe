import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadConfig } from "./config.ts";
import { serve } from "./serve.ts";

it("makes nothing when the port is taken, so that the first admin token is never lost unseen", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  const port = typeof address === "object" && address !== null ? String(address.port) : "";
  const dataDir = mkdtempSync(join(tmpdir(), "steadfast-serve-"));
  const start = () => {
    const loaded = loadConfig({ env: {}, flags: { port, "data-dir": dataDir, "log-level": "silent" } });
    if (!loaded.ok) throw new Error(loaded.faults.map(({ message }) => message).join("; "));
    return serve(loaded.config);
  };

  const refused = await start().catch((error: unknown) => error);
  const left = readdirSync(dataDir);
  other.close();
  await once(other, "close");
  const server = await start();
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });

  expect(refused).toMatchObject({ code: "EADDRINUSE" });
  expect(left).toEqual([]);
  expect(server.createdAdminToken).toMatch(/^sfd_admin_/);
});
