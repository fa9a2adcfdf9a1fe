import { describe, expect, it } from "vitest";
import { CAPABILITIES_BY_ROLE, ROLES } from "./access-rule.ts";
import { requireEnvironment } from "./authenticate.ts";
import { bearer, openApp, recordingLogger } from "./http.fixture.ts";

const COOKIE = { cookie: "other=1; steadfast_session=viewer-secret" };

function openRoutes(more: Parameters<typeof openApp>[0] = {}) {
  const app = openApp(more);
  app.get("/read", { config: { access: "read" } }, async (request) => request.principal);
  app.get("/operate", { config: { access: "operate" } }, async () => "ok");
  app.get("/administer", { config: { access: "administer" } }, async () => "ok");
  app.get("/evaluate", { config: { access: "evaluate" } }, async () => "ok");
  app.get("/report", { config: { access: "report" } }, async () => "ok");
  app.get("/public", { config: { access: "public" } }, async () => "ok");
  app.get("/leak", { config: { access: "public" } }, async (request) => request.principal);
  app.post("/write", { config: { access: "read" } }, async () => "ok");
  app.get("/of-production", { config: { access: "read" } }, async (request) => {
    requireEnvironment(request, "production");
    return "ok";
  });
  return app;
}

describe("authentication", () => {
  it("takes a token as Bearer, as X-API-Key, or a session cookie", async () => {
    const app = openRoutes();

    const answers = await Promise.all(
      [bearer("viewer"), { "x-api-key": "viewer-secret" }, COOKIE].map((headers) =>
        app.inject({ url: "/read", headers }),
      ),
    );

    expect(answers.map((answer) => [answer.statusCode, answer.json().via])).toEqual([
      [200, "token"],
      [200, "token"],
      [200, "session"],
    ]);
  });

  it.each([
    [{}, "token-missing"],
    [{ authorization: "Bearer wrong" }, "token-invalid"],
    [{ authorization: "Basic dmlld2VyLXNlY3JldA==" }, "token-invalid"],
    [{ authorization: "Bearer " }, "token-invalid"],
    [{ authorization: `Bearer ${"x".repeat(10_000)}` }, "token-invalid"],
    [{ "x-api-key": "wrong" }, "token-invalid"],
    [{ cookie: "steadfast_session=wrong" }, "token-invalid"],
  ])("refuses %j", async (headers, code) => {
    const answer = await openRoutes().inject({ url: "/read", headers });

    expect(answer.json()).toMatchObject({ status: 401, code });
    expect(answer.headers["www-authenticate"]).toMatch(/^Bearer/);
  });

  it("tells both ways to send a token, and which counts", async () => {
    const answer = await openRoutes().inject({ url: "/read", headers: { "x-api-key": "wrong" } });

    expect(answer.json().detail).toMatch(/Authorization: Bearer .*X-API-Key: .*Authorization counts/);
  });

  it.each(ROLES)("lets a %s do what its role is for, and nothing else", async (role) => {
    const app = openRoutes();

    for (const capability of ["read", "operate", "administer", "evaluate", "report"] as const) {
      const answer = await app.inject({ url: `/${capability}`, headers: bearer(role) });
      expect([capability, answer.statusCode]).toEqual([
        capability,
        CAPABILITIES_BY_ROLE[role].includes(capability) ? 200 : 403,
      ]);
    }
  });

  it("needs nothing for what is public, and gives no principal there", async () => {
    const app = openRoutes();

    expect((await app.inject({ url: "/public" })).statusCode).toBe(200);
    expect((await app.inject({ url: "/leak", headers: bearer("admin") })).statusCode).toBe(500);
  });

  it("keeps a token of one environment in it", async () => {
    const app = openRoutes();

    const answers = [
      await app.inject({ url: "/of-production", headers: bearer("viewer") }),
      await app.inject({ url: "/of-production", headers: bearer("staging") }),
    ];

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 403]);
    expect(answers[1]?.json().code).toBe("environment-forbidden");
  });

  it("refuses to mount a route that names no access", () => {
    expect(() => openApp().get("/open", async () => "ok")).toThrow("GET /open names no access");
  });

  it("logs every denial, never the secret", async () => {
    const { lines, logger } = recordingLogger();
    const app = openRoutes({ logger });

    await app.inject({ url: "/read?token=query-secret", headers: { authorization: "Bearer wrong-secret" } });
    await app.inject({ url: "/operate", headers: bearer("viewer") });
    await app.inject({ url: "/of-production", headers: bearer("staging") });

    expect(lines).toMatchObject([
      { msg: "denied", code: "token-invalid", route: "/read" },
      { msg: "denied", code: "role-insufficient", tokenId: "tok_viewer" },
      { msg: "denied", code: "environment-forbidden", tokenId: "tok_viewer" },
    ]);
    expect(JSON.stringify(lines)).not.toContain("-secret");
  });
});

describe("a browser session", () => {
  const own = { ...COOKIE, "x-steadfast-csrf": "1", host: "steadfast.test" };

  it.each([
    ["our own page", { ...own, "sec-fetch-site": "same-origin", origin: "http://steadfast.test" }],
    ["an older browser", { ...own, origin: "http://steadfast.test" }],
    ["a proxy that changes Host", { ...own, host: "10.0.0.1", origin: "https://flags.example" }],
    ["a client without a browser's headers", own],
  ])("may write from %s", async (_name, headers) => {
    const answer = await openRoutes({ publicUrl: "https://flags.example" }).inject({
      method: "POST",
      url: "/write",
      headers,
    });

    expect(answer.statusCode).toBe(200);
  });

  it.each([
    ["a form, which cannot set the header", { ...COOKIE, host: "steadfast.test" }],
    ["another site", { ...own, "sec-fetch-site": "cross-site" }],
    ["a neighbour on the same site", { ...own, "sec-fetch-site": "same-site" }],
    ["another origin", { ...own, origin: "http://evil.test" }],
    ["a page without an origin", { ...own, origin: "null" }],
  ])("may not write from %s", async (_name, headers) => {
    const answer = await openRoutes().inject({ method: "POST", url: "/write", headers });

    expect(answer.json()).toMatchObject({ status: 403, code: "csrf-check-failed" });
  });

  it.each(["cross-site", "same-site"])("may not even read from a page that is %s", async (site) => {
    const answer = await openRoutes().inject({ url: "/read", headers: { ...own, "sec-fetch-site": site } });

    expect(answer.json()).toMatchObject({ status: 403, code: "csrf-check-failed" });
  });

  it("may be read by who opens the address by hand", async () => {
    const answer = await openRoutes().inject({ url: "/read", headers: { ...COOKIE, "sec-fetch-site": "none" } });

    expect(answer.statusCode).toBe(200);
  });

  it("does not stand in the way of a token", async () => {
    const answer = await openRoutes().inject({
      method: "POST",
      url: "/write",
      headers: { ...bearer("viewer"), "sec-fetch-site": "cross-site" },
    });

    expect(answer.statusCode).toBe(200);
  });
});
