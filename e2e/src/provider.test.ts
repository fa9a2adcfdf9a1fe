import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OpenFeature, ProviderEvents, ProviderStatus } from "@openfeature/server-sdk";
import { SteadfastProvider } from "@steadfast/openfeature-provider";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Api, createToken, type FlagState, type InstanceList } from "./api.ts";
import { eventually } from "./eventually.ts";
import { createFlag } from "./guarded-rollout.ts";
import { type ServerProcess, startServer } from "./server-process.ts";
import { createSkippingClock } from "./skipping-clock.ts";

/** Longer than the 60 s without news after which a provider says STALE. */
const SILENCE_MS = 61_000;

let folder: string;
let server: ServerProcess;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "steadfast-e2e-"));
  server = await startServer({ dataDir: join(folder, "data") });
});

afterEach(async () => {
  await OpenFeature.clearProviders();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function connect() {
  const { token } = await createToken(server.api, "client");
  const clock = createSkippingClock();
  const provider = new SteadfastProvider({ url: server.url, token, instanceName: "journey", clock });
  await OpenFeature.setProviderAndWait("journey", provider);
  return { clock, provider, flags: OpenFeature.getClient("journey") };
}

async function setDefault(api: Api, key: string, defaultVariant: "on" | "off"): Promise<FlagState> {
  const path = `/api/v1/environments/production/flags/${key}`;
  const { version } = await api.get<FlagState>(path);
  const body = { defaultVariant, reason: "a journey" };
  return (await api.request<FlagState>("PUT", path, body, { "if-match": `"${version}"` })).body;
}

describe("the provider on a real server", () => {
  it("applies a change at once, and the server measures how soon", async () => {
    await createFlag(server.api, "quick");
    const { provider, flags } = await connect();
    const lagsMs: number[] = [];

    for (const variant of ["on", "off", "on", "off", "on"] as const) {
      const changed = new Promise((resolve) => flags.addHandler(ProviderEvents.ConfigurationChanged, resolve));
      const startedAtMs = performance.now();
      await setDefault(server.api, "quick", variant);
      await changed;
      lagsMs.push(performance.now() - startedAtMs);
      expect(await flags.getBooleanValue("quick", variant === "off")).toBe(variant === "on");
    }
    const instances = await eventually("the last acknowledgement", async () => {
      const list = await server.api.get<InstanceList>("/api/v1/environments/production/instances");
      return list.items[0]?.appliedVersion === list.currentVersion ? list : undefined;
    });

    expect(instances.items).toMatchObject([{ name: "journey", appliedVersion: provider.snapshotStatus().version }]);
    const measuredMs = instances.items[0]?.appliedLagMs ?? Number.NaN;
    expect(measuredMs).toBeGreaterThanOrEqual(0);
    const shown = lagsMs.map((lagMs) => lagMs.toFixed(1)).join(", ");
    console.info(`write to applied: ${shown} ms at the application; the server measured ${measuredMs} ms for the last`);
  });

  it("serves the last known good when the server is killed, says STALE, and is fresh again after its restart", async () => {
    await createFlag(server.api, "lasting");
    await setDefault(server.api, "lasting", "on");
    const { clock, provider, flags } = await connect();
    const stale = new Promise((resolve) => flags.addHandler(ProviderEvents.Stale, resolve));

    await server.kill("SIGKILL");
    expect(await flags.getBooleanDetails("lasting", false)).toMatchObject({ value: true, variant: "on" });
    clock.skip(SILENCE_MS);
    await stale;
    expect(flags.providerStatus).toBe(ProviderStatus.STALE);
    expect(await flags.getBooleanDetails("lasting", false)).toMatchObject({ value: true, variant: "on" });
    expect(provider.snapshotStatus()).toMatchObject({ state: "stale", ageMs: expect.any(Number) });

    server = await startServer({ dataDir: server.dataDir, port: server.port });
    await setDefault(server.api, "lasting", "off");
    await eventually("the change to be applied", async () =>
      (await flags.getBooleanValue("lasting", true)) ? undefined : true,
    );
    await eventually("READY again", () => (flags.providerStatus === ProviderStatus.READY ? true : undefined));
  });
});
