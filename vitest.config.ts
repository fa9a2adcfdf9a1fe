import { defineConfig } from "vitest/config";

/** Until `expect.poll` gives up: vitest's own second is shorter than a starved browser's answer. */
const POLL_TIMEOUT_MS = 60_000;

const node = (name: string, include: string[], testTimeout: number) => ({
  test: {
    name,
    include,
    environment: "node" as const,
    testTimeout,
    hookTimeout: 120_000,
    expect: { poll: { timeout: POLL_TIMEOUT_MS } },
  },
});

export default defineConfig({
  test: {
    projects: [
      node("core", ["packages/core/src/**/*.test.ts"], 60_000),
      node("provider", ["packages/provider/src/**/*.test.ts"], 60_000),
      node("server", ["packages/server/src/**/*.test.ts"], 60_000),
      node("web", ["packages/web/src/**/*.test.ts"], 60_000),
      node("shop", ["examples/shop/src/**/*.test.ts"], 60_000),
      node("bench", ["bench/src/**/*.test.ts"], 60_000),
      node("scripts", ["scripts/**/*.test.ts"], 60_000),
      node("e2e", ["e2e/src/**/*.test.ts"], 300_000),
    ],
  },
});
