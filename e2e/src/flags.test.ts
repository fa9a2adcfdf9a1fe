import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FlagState, FlagVersion } from "./api.ts";
import { createFlag } from "./guarded-rollout.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

const pathOf = (key: string, environment = "production") => `/api/v1/environments/${environment}/flags/${key}`;

const write = (key: string, body: object, ifMatch?: string) =>
  server.api.request<FlagState>("PUT", pathOf(key), body, ifMatch === undefined ? {} : { "if-match": ifMatch });

describe("a flag of the real server", () => {
  it("is written only by who knows the version it has", async () => {
    await createFlag(server.api, "guarded");
    const read = await server.api.request<FlagState>("GET", pathOf("guarded"));
    const etag = read.headers.get("etag");

    expect(await write("guarded", { defaultVariant: "on", reason: "no version" })).toMatchObject({
      status: 428,
      body: { code: "precondition-required" },
    });
    const written = await write("guarded", { defaultVariant: "on", reason: "go" }, etag ?? "");
    expect(written).toMatchObject({ status: 200, body: { version: read.body.version + 1 } });
    const late = await write("guarded", { defaultVariant: "off", reason: "too late" }, etag ?? "");
    expect(late).toMatchObject({ status: 412, body: { code: "version-mismatch" } });

    expect((await server.api.get<FlagState>(pathOf("guarded"))).definition.defaultVariant).toBe("on");
    expect((await server.api.get<FlagState>(pathOf("guarded", "staging"))).definition.defaultVariant).toBe("off");
  });

  it("tells what changed, by whom and why, and goes back to any version", async () => {
    await createFlag(server.api, "remembered");
    const targeting = { if: [{ ends_with: [{ var: "email" }, "@example.com"] }, "on", null] };
    await write("remembered", { targeting, reason: "our people first" }, '"1"');
    await write("remembered", { state: "DISABLED", targeting: null, reason: "not yet" }, '"2"');

    const history = await server.api.get<{ items: FlagVersion[] }>(`${pathOf("remembered")}/versions`);
    expect(history.items.map(({ version, reason }) => [version, reason])).toMatchObject([
      [3, "not yet"],
      [2, "our people first"],
      [1, null],
    ]);
    const [newest] = history.items;
    expect(newest?.actor.name).toBe("first admin");
    expect(newest?.changes.map(({ path }) => path).sort()).toEqual(["/state", "/targeting"]);
    const against = await server.api.get<FlagVersion>(`${pathOf("remembered")}/versions/2?against=1`);
    expect(against.changes).toMatchObject([{ path: "/targeting", after: targeting }]);

    const restored = await server.api.post<FlagState>(`${pathOf("remembered")}/restore`, {
      version: 2,
      reason: "after all",
    });
    expect(restored).toMatchObject({ version: 4, definition: { state: "ENABLED", targeting } });
    expect(
      await server.api.refused("POST", `${pathOf("remembered")}/restore`, { version: 99, reason: "?" }),
    ).toMatchObject({
      status: 404,
      code: "flag-version-not-found",
    });
  });

  it("is not written with a definition that no evaluator could serve; the faults name their places", async () => {
    await createFlag(server.api, "valid");

    const refusal = await server.api.refused(
      "PUT",
      pathOf("valid"),
      { defaultVariant: "perhaps", targeting: { frobnicate: [1] }, reason: "why not" },
      { "if-match": '"1"' },
    );

    expect(refusal).toMatchObject({ status: 422, code: "definition-invalid" });
    expect(refusal.faults?.map(({ path }) => path).join(" ")).toMatch(/\/defaultVariant/);
    expect(refusal.faults?.map(({ path }) => path).join(" ")).toMatch(/\/targeting/);
    expect(await server.api.get<FlagState>(pathOf("valid"))).toMatchObject({ version: 1 });
  });

  it("is written once, however often the same request is sent", async () => {
    await createFlag(server.api, "once");
    const send = () =>
      server.api.request<FlagState>(
        "PUT",
        pathOf("once"),
        { defaultVariant: "on", reason: "once" },
        {
          "if-match": '"1"',
          "idempotency-key": "the-same-write",
        },
      );

    const [first, second] = [await send(), await send()];

    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body).toEqual(first.body);
    expect((await server.api.get<FlagState>(pathOf("once"))).version).toBe(2);
  });
});
