import { describe, expect, it } from "vitest";
import { loadConfig, SETTINGS } from "./config.ts";

describe("settings", () => {
  it("have defaults", () => {
    const loaded = loadConfig({ env: {}, flags: {} });

    expect(loaded).toEqual({
      ok: true,
      config: {
        port: 4400,
        host: "127.0.0.1",
        database: { kind: "sqlite", dataDir: "./steadfast-data" },
        logLevel: "info",
        logFormat: "json",
        shutdownSeconds: 10,
        nodeName: expect.stringMatching(/^node-[0-9a-f]{8}$/),
        tracesEndpoint: undefined,
      },
    });
  });

  it("take a flag before the environment, and an empty value for none", () => {
    const loaded = loadConfig({
      env: { STEADFAST_PORT: "1", STEADFAST_HOST: "", OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" },
      flags: { port: "2" },
    });

    expect(loaded).toMatchObject({
      ok: true,
      config: { port: 2, host: "127.0.0.1", tracesEndpoint: "http://collector:4318/v1/traces" },
    });
  });

  it("name every fault by where it came from, and never a secret's value", () => {
    const loaded = loadConfig({
      env: { STEADFAST_ADMIN_TOKEN: "hunter2", DATABASE_URL: "mysql://root:hunter2@db/x", STEADFAST_LOG_LEVEL: "loud" },
      flags: { port: "99999" },
    });

    expect(loaded).toEqual({
      ok: false,
      faults: [
        { setting: "--port", message: '--port ("99999") is above 65535' },
        { setting: "DATABASE_URL", message: "DATABASE_URL is not a postgres:// address" },
        { setting: "STEADFAST_ADMIN_TOKEN", message: "STEADFAST_ADMIN_TOKEN has fewer than 20 characters" },
        {
          setting: "STEADFAST_LOG_LEVEL",
          message: 'STEADFAST_LOG_LEVEL ("loud") is not trace, debug, info, warn, error, fatal or silent',
        },
      ],
    });
  });

  it("keep secrets off the command line", () => {
    const loaded = loadConfig({
      env: { DATABASE_URL: "postgres://db/steadfast" },
      flags: { "database-url": "postgres://elsewhere/x" },
    });

    expect(loaded).toMatchObject({ config: { database: { kind: "postgres", url: "postgres://db/steadfast" } } });
  });

  it("are all in the table, once", () => {
    const loaded = loadConfig({
      env: {},
      flags: Object.fromEntries(SETTINGS.map(({ flag }) => [flag, ""])),
    });

    expect(loaded.ok).toBe(true);
    expect(new Set(SETTINGS.map(({ name }) => name)).size).toBe(SETTINGS.length);
    expect(SETTINGS.length).toBe(12);
  });
});
