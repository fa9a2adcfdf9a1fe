import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { createApp } from "../http/create-app.ts";
import { dashboardRoutes } from "./routes.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function openDashboard() {
  const distDir = mkdtempSync(join(tmpdir(), "steadfast-dist-"));
  folders.push(distDir);
  mkdirSync(join(distDir, "assets"));
  writeFileSync(join(distDir, "index.html"), "<title>the page</title>");
  writeFileSync(join(distDir, "favicon.svg"), "<svg/>");
  writeFileSync(join(distDir, "assets", "index-1a2b.js"), "1");
  const app = createApp({ logger: pino({ level: "silent" }) });
  await dashboardRoutes(app, { distDir });
  return app;
}

describe("the dashboard", () => {
  it.each(["/", "/rollouts/rol_1", "/flags/new-checkout", "/flags/team.checkout.v2", "/flags/a.js"])(
    "is one page at every address a person opens: %s",
    async (url) => {
      const app = await openDashboard();

      const answer = await app.inject(url);

      expect(answer.body).toContain("the page");
      expect(answer.headers["content-security-policy"]).toContain("default-src 'none'");
      expect(answer.headers["cache-control"]).toBe("no-cache");
    },
  );

  it("keeps hashed files for ever, and others not", async () => {
    const app = await openDashboard();

    expect((await app.inject("/assets/index-1a2b.js")).headers["cache-control"]).toContain("immutable");
    expect((await app.inject("/favicon.svg")).body).toBe("<svg/>");
  });

  it.each(["/api/v1/nothing", "/assets/gone.js", "/gone.svg", "/..%2f..%2fpackage.json"])(
    "does not answer a program with a page: %s",
    async (url) => {
      const app = await openDashboard();

      expect((await app.inject(url)).statusCode).toBe(404);
    },
  );
});
