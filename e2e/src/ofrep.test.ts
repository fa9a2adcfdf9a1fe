import { OFREPProvider } from "@openfeature/ofrep-provider";
import { type EvaluationDetails, OpenFeature } from "@openfeature/server-sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Api, createToken, type FlagState } from "./api.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

const SINGLE = "/ofrep/v1/evaluate/flags";

let server: ServerProcess;
let client: Api;

beforeAll(async () => {
  server = await startServer();
  client = server.api.as((await createToken(server.api, "client")).token);
  await server.api.post("/api/v1/flags", { key: "plain" });
  await server.api.post("/api/v1/flags", {
    key: "theme",
    variants: { light: "#fff", dark: "#000" },
    defaultVariant: "light",
    targeting: { if: [{ "==": [{ var: "country" }, "NO"] }, "dark", null] },
  });
  await server.api.post("/api/v1/flags", {
    key: "limits",
    variants: { small: { items: 10 }, large: { items: 100 } },
    defaultVariant: "small",
  });
  await server.api.post("/api/v1/flags", { key: "rate", variants: { low: 1, high: 5 }, defaultVariant: "high" });
  await server.api.post("/api/v1/flags", { key: "dark", state: "DISABLED" });
});

afterAll(async () => {
  await OpenFeature.clearProviders();
  await server.stop();
});

async function connect(domain: string, token: string) {
  await OpenFeature.setProviderAndWait(
    domain,
    new OFREPProvider({ baseUrl: server.url, headers: [["Authorization", `Bearer ${token}`]] }),
  );
  return OpenFeature.getClient(domain);
}

describe("the official OFREP provider", () => {
  it("gets value, variant and reason of every type", async () => {
    const flags = await connect("types", client.token);

    expect(await flags.getBooleanDetails("plain", true)).toMatchObject({
      value: false,
      variant: "off",
      reason: "STATIC",
    });
    expect(await flags.getStringDetails("theme", "")).toMatchObject({
      value: "#fff",
      variant: "light",
      reason: "DEFAULT",
    });
    expect(await flags.getNumberDetails("rate", 0)).toMatchObject({ value: 5, variant: "high" });
    expect(await flags.getObjectDetails("limits", {})).toMatchObject({ value: { items: 10 }, variant: "small" });
  });

  it("answers the code's default while a flag is switched off", async () => {
    const flags = await connect("off", client.token);

    // This version of it calls an answer without a value an error: only the protocol's wire format tells DISABLED.
    expect(await flags.getBooleanValue("dark", true)).toBe(true);
    expect(await flags.getBooleanValue("dark", false)).toBe(false);
  });

  it("is answered by targeting on its context", async () => {
    const flags = await connect("targeting", client.token);

    const details = await flags.getStringDetails("theme", "", { targetingKey: "user-1", country: "NO" });

    expect(details).toMatchObject({ value: "#000", variant: "dark", reason: "TARGETING_MATCH" });
  });

  it("falls back to the code's default, with the reason, where there is nothing for it", async () => {
    const flags = await connect("fallback", client.token);
    const stranger = await connect("stranger", "not-a-token-of-this-server");

    const answers: [EvaluationDetails<boolean>, string][] = [
      [await flags.getBooleanDetails("unheard-of", true), "FLAG_NOT_FOUND"],
      [await flags.getBooleanDetails("theme", true), "TYPE_MISMATCH"],
      [await stranger.getBooleanDetails("plain", true), "GENERAL"],
    ];

    for (const [details, errorCode] of answers)
      expect(details).toMatchObject({ value: true, reason: "ERROR", errorCode });
  });

  it("sees a change with the next evaluation", async () => {
    await server.api.post("/api/v1/flags", { key: "changing" });
    const flags = await connect("changing", client.token);
    expect(await flags.getBooleanValue("changing", true)).toBe(false);

    const path = "/api/v1/environments/production/flags/changing";
    const write = { defaultVariant: "on", reason: "now" };
    await server.api.request<FlagState>("PUT", path, write, { "if-match": '"1"' });

    expect(await flags.getBooleanValue("changing", false)).toBe(true);
  });
});

describe("OFREP as it is on the wire", () => {
  type Bulk = { readonly flags: readonly { readonly key: string; readonly value?: unknown }[] };
  const ask = <T>(path: string, body: unknown, headers: Record<string, string> = {}) =>
    client.request<T>("POST", path, body, headers);

  it("answers every flag at once, and 304 to who has the answer already", async () => {
    const context = { context: { targetingKey: "user-1", country: "NO" } };
    const first = await ask<Bulk>(SINGLE, context);
    const etag = first.headers.get("etag") ?? "";

    expect(first.status).toBe(200);
    expect(first.body.flags).toContainEqual(expect.objectContaining({ key: "theme", value: "#000", variant: "dark" }));
    expect(etag).not.toBe("");
    expect(await ask(SINGLE, context, { "if-none-match": etag })).toMatchObject({ status: 304, body: undefined });
    const other = await ask<Bulk>(
      SINGLE,
      { context: { targetingKey: "user-1", country: "SE" } },
      { "if-none-match": etag },
    );
    expect(other.status).toBe(200);
  });

  it.each([
    ["malformed JSON", "{", "PARSE_ERROR"],
    ["a context that is no object", { context: 7 }, "INVALID_CONTEXT"],
    ["a body that is a list", [], "INVALID_CONTEXT"],
    ["a targeting key that is no text", { context: { targetingKey: 7 } }, "INVALID_CONTEXT"],
  ])("refuses %s with an error code of the protocol, for one flag and for all", async (_, body, errorCode) => {
    for (const path of [SINGLE, `${SINGLE}/theme`]) {
      const answer = await ask<{ errorCode: string; errorDetails: string }>(path, body);

      expect([answer.status, typeof answer.body.errorDetails]).toEqual([400, "string"]);
      expect(answer.body.errorDetails.length).toBeGreaterThan(10);
      expect([errorCode, "PARSE_ERROR"]).toContain(answer.body.errorCode);
    }
  });

  it("evaluates without a context", async () => {
    expect(await ask(`${SINGLE}/plain`, {})).toMatchObject({
      status: 200,
      body: { key: "plain", value: false, variant: "off" },
    });
    expect(await ask(`${SINGLE}/plain`, undefined)).toMatchObject({ status: 200, body: { value: false } });
  });

  it("sends no value for a flag that is switched off, so that the code's default is used", async () => {
    const answer = await ask<object>(`${SINGLE}/dark`, {});

    expect(answer).toMatchObject({ status: 200, body: { key: "dark", reason: "DISABLED" } });
    expect(answer.body).not.toHaveProperty("value");
  });

  it("says that a flag is unknown, and to strangers nothing at all", async () => {
    expect(await ask(`${SINGLE}/unheard-of`, {})).toMatchObject({
      status: 404,
      body: { key: "unheard-of", errorCode: "FLAG_NOT_FOUND" },
    });
    for (const token of ["", "not-a-token-of-this-server"]) {
      const answer = await server.api.as(token).request("POST", `${SINGLE}/plain`, {});
      expect(answer).toMatchObject({ status: 401, body: undefined });
    }
    const telemetry = server.api.as((await createToken(server.api, "telemetry")).token);
    expect(await telemetry.request("POST", `${SINGLE}/plain`, {})).toMatchObject({ status: 403, body: undefined });
  });
});
