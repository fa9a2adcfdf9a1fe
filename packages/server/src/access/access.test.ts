import { expect, it } from "vitest";
import { describeOnEachStore, describePostgres } from "../db/test-databases.ts";
import { readCookie } from "../http/cookie.ts";
import { newId } from "../http/ids.ts";
import { createJournal } from "../journal/journal.ts";
import { openAccess } from "./access.fixture.ts";
import { ensureFirstStart } from "./first-start.ts";
import { accessProjector } from "./projection.ts";
import { SESSION_AGE_MS } from "./sessions.ts";
import { revokeToken } from "./tokens.ts";

describeOnEachStore("the first start", (open) => {
  it("makes production, staging and one admin token, once", async () => {
    const database = await open();
    const journal = await createJournal({ database, projectors: [accessProjector], nowMs: () => 0, newId });

    const first = await ensureFirstStart({ journal, newId });
    const second = await ensureFirstStart({ journal, newId }, { adminToken: "another-admin-token-later" });

    expect(first.createdAdminToken).toMatch(/^sfd_admin_[A-Za-z0-9_-]{43}$/);
    expect(second).toEqual({});
    const environments = await database.db.selectFrom("environment").select("key").orderBy("key").execute();
    expect(environments).toEqual([{ key: "production" }, { key: "staging" }]);
    expect(await database.db.selectFrom("token").select(["role", "environment"]).execute()).toEqual([
      { role: "admin", environment: null },
    ]);
  });

  it("takes the admin token it is given, and shows no other", async () => {
    const access = await openAccess(await open());

    expect((await access.send("GET", "/api/v1/me")).json()).toMatchObject({ role: "admin", via: "token" });
    await access.close();
  });
});

describeOnEachStore("environments", (open) => {
  it("are created with the flags of another, in the same transaction", async () => {
    const copied: object[] = [];
    const access = await openAccess(await open(), {
      onEnvironmentCreated: async (_trx, _append, environments) => {
        copied.push(environments);
        if (environments.to === "broken") throw new Error("no flags");
      },
    });

    access.clock.nowMs += 1_000;
    const created = await access.send("POST", "/api/v1/environments", {
      key: "qa",
      name: "QA",
      copyFlagsFrom: "staging",
    });
    const broken = await access.send("POST", "/api/v1/environments", { key: "broken" });

    expect(created.json()).toEqual({ key: "qa", name: "QA", createdAt: "2026-01-01T00:00:01.000Z" });
    expect(broken.statusCode).toBe(500);
    expect(copied).toEqual([
      { from: "staging", to: "qa" },
      { from: "production", to: "broken" },
    ]);
    const { items } = (await access.send("GET", "/api/v1/environments")).json();
    expect(items.map(({ key }: { key: string }) => key)).toEqual(["production", "staging", "qa"]);
    await access.close();
  });

  it.each([
    [{ key: "production" }, "environment-exists"],
    [{ key: "qa", copyFlagsFrom: "nowhere" }, "environment-not-found"],
    [{ key: "QA" }, "invalid-request"],
  ])("refuse %j", async (body, code) => {
    const access = await openAccess(await open());

    expect((await access.send("POST", "/api/v1/environments", body)).json().code).toBe(code);
    await access.close();
  });
});

describeOnEachStore("tokens", (open) => {
  it("show their secret once, and are stored as a hash, in the journal too", async () => {
    const database = await open();
    const access = await openAccess(database);

    const { token, ...shown } = await access.createToken({ name: "shop", role: "client", environment: "production" });

    expect(token).toMatch(/^sfd_client_[A-Za-z0-9_-]{43}$/);
    const list = await access.send("GET", "/api/v1/tokens");
    expect(list.json().items[0]).toEqual(shown);
    const stored = JSON.stringify([
      await database.db.selectFrom("event").selectAll().execute(),
      await database.db.selectFrom("token").selectAll().execute(),
    ]);
    expect(stored).not.toContain(token);
    const events = await access.send("GET", "/api/v1/events?type=token.created");
    expect(events.json().items).toHaveLength(2);
    expect(events.body + list.body).not.toMatch(/hash/i);
    await access.close();
  });

  it("still work after the projections were rebuilt from the journal", async () => {
    const database = await open();
    const access = await openAccess(database);
    const kept = await access.createToken({ role: "viewer" });
    const revoked = await access.createToken({ role: "viewer" });
    await access.send("DELETE", `/api/v1/tokens/${revoked.id}`);
    const live = await database.db.selectFrom("token").selectAll().orderBy("id").execute();

    await access.journal.rebuild();

    expect(await database.db.selectFrom("token").selectAll().orderBy("id").execute()).toEqual(live);
    expect((await access.send("GET", "/api/v1/me", undefined, kept.token)).statusCode).toBe(200);
    expect((await access.send("GET", "/api/v1/me", undefined, revoked.token)).statusCode).toBe(401);
    await access.close();
  });

  it("are refused from the moment they are revoked, as often as that is asked", async () => {
    const access = await openAccess(await open());
    const { id, token } = await access.createToken({ role: "viewer" });
    const before = await access.send("GET", "/api/v1/me", undefined, token);

    const revoked = [
      await access.send("DELETE", `/api/v1/tokens/${id}`),
      await access.send("DELETE", `/api/v1/tokens/${id}`),
    ];

    expect(before.statusCode).toBe(200);
    expect(revoked.map(({ statusCode }) => statusCode)).toEqual([204, 204]);
    expect((await access.send("GET", "/api/v1/me", undefined, token)).json().code).toBe("token-invalid");
    await access.close();
  });

  it("always leave one admin", async () => {
    const access = await openAccess(await open());
    const { tokenId } = (await access.send("GET", "/api/v1/me")).json();
    const ofStaging = await access.createToken({ role: "admin", environment: "staging" });

    const refused = await access.send("DELETE", `/api/v1/tokens/${tokenId}`);
    const other = await access.createToken({ role: "admin" });
    const provenance = { actor: { kind: "system", id: "test", name: "test" }, reason: null } as const;
    const both = await Promise.allSettled(
      [tokenId, other.id].map((id) => revokeToken({ journal: access.journal, newId }, id, null, provenance)),
    );

    expect(ofStaging.id).toMatch(/^tok_/);
    expect(refused.json().code).toBe("last-admin-token");
    expect(both.map((result) => (result.status === "rejected" ? result.reason.code : "revoked")).sort()).toEqual([
      "last-admin-token",
      "revoked",
    ]);
    await access.close();
  });

  it.each([
    [{ role: "client" }, "invalid-request"],
    [{ role: "telemetry", environment: null }, "invalid-request"],
    [{ role: "viewer", environment: "nowhere" }, "environment-not-found"],
    [{ role: "god" }, "invalid-request"],
    [{ role: "viewer", name: " " }, "invalid-request"],
  ])("refuse %j", async (token, code) => {
    const access = await openAccess(await open());

    expect(await access.createToken(token)).toMatchObject({ code });
    await access.close();
  });

  it("of one environment reach no further: not by new tokens, nor by what they see or revoke", async () => {
    const access = await openAccess(await open());
    const { token } = await access.createToken({ name: "staging admin", role: "admin", environment: "staging" });
    const ofProduction = await access.createToken({ role: "viewer", environment: "production" });
    const asStaging = (method: "GET" | "POST" | "DELETE", url: string, payload?: object) =>
      access.send(method, url, payload, token);

    const codes = [
      await asStaging("POST", "/api/v1/tokens", { name: "x", role: "admin" }),
      await asStaging("POST", "/api/v1/tokens", { name: "x", role: "admin", environment: "production" }),
      await asStaging("POST", "/api/v1/environments", { key: "qa" }),
      await asStaging("DELETE", `/api/v1/tokens/${ofProduction.id}`),
      await asStaging("POST", "/api/v1/tokens", { name: "x", role: "viewer", environment: "staging" }),
    ].map((answer) => answer.json().code ?? answer.statusCode);
    const names = (await asStaging("GET", "/api/v1/tokens")).json().items.map(({ name }: { name: string }) => name);
    const environments = (await asStaging("GET", "/api/v1/environments")).json().items;
    const events = (await asStaging("GET", "/api/v1/events")).json().items;

    expect(codes).toEqual([
      "environment-forbidden",
      "environment-forbidden",
      "environment-forbidden",
      "token-not-found",
      201,
    ]);
    expect(names).toEqual(expect.arrayContaining(["x", "staging admin"]));
    expect(names).toHaveLength(2);
    expect(environments).toMatchObject([{ key: "staging" }]);
    expect(events).toMatchObject([{ stream: "environment/staging" }]);
    await access.close();
  });
});

describeOnEachStore("a browser session", (open) => {
  async function signIn(access: Awaited<ReturnType<typeof openAccess>>, token: string) {
    const answer = await access.app.inject({ method: "POST", url: "/api/v1/session", payload: { token } });
    const cookie = String(answer.headers["set-cookie"]);
    const secret = readCookie(cookie, "steadfast_session") ?? "";
    const headers = { cookie: `steadfast_session=${secret}`, "x-steadfast-csrf": "1" };
    const me = () => access.app.inject({ url: "/api/v1/me", headers });
    return { answer, cookie, headers, me };
  }

  it("begins with a token, in a cookie that scripts and other sites do not get, and ends by signing out", async () => {
    const access = await openAccess(await open());
    const { token } = await access.createToken({ name: "ann", role: "operator" });

    const { answer, cookie, headers, me } = await signIn(access, token);
    const during = await me();
    const out = await access.app.inject({ method: "DELETE", url: "/api/v1/session", headers });

    expect(answer.json()).toMatchObject({ name: "ann", role: "operator", via: "session" });
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    expect(during.json()).toMatchObject({ name: "ann", via: "session" });
    expect(out.statusCode).toBe(204);
    expect(out.headers["set-cookie"]).toContain("Max-Age=0");
    expect((await me()).statusCode).toBe(401);
    await access.close();
  });

  it("is over after twelve hours", async () => {
    const access = await openAccess(await open());
    const { token } = await access.createToken({ role: "viewer" });
    const { me } = await signIn(access, token);

    access.clock.nowMs += SESSION_AGE_MS - 1;
    const last = await me();
    access.clock.nowMs += 1;

    expect(last.statusCode).toBe(200);
    expect((await me()).statusCode).toBe(401);
    await access.close();
  });

  it("ends with its token", async () => {
    const access = await openAccess(await open());
    const { id, token } = await access.createToken({ role: "viewer" });
    const { me } = await signIn(access, token);

    await access.send("DELETE", `/api/v1/tokens/${id}`);

    expect((await me()).statusCode).toBe(401);
    await access.close();
  });

  it("is secure where people come by https", async () => {
    const access = await openAccess(await open(), { publicUrl: "https://flags.example" });
    const { token } = await access.createToken({ role: "viewer" });

    expect((await signIn(access, token)).cookie).toContain("; Secure");
    await access.close();
  });

  it("does not begin with a wrong token", async () => {
    const access = await openAccess(await open());

    const { answer } = await signIn(access, "wrong");

    expect(answer.json().code).toBe("token-invalid");
    expect(answer.headers["set-cookie"]).toBeUndefined();
    await access.close();
  });
});

describePostgres("two nodes", (_cluster, open) => {
  it("both know a token that one of them made, and both refuse it when one has revoked it", async () => {
    const config = await open.config();
    const [here, there] = [await openAccess(await open.at(config)), await openAccess(await open.at(config))];
    const { id, token } = await here.createToken({ role: "viewer" });
    const status = async () => (await there.send("GET", "/api/v1/me", undefined, token)).statusCode;
    const known = await status();

    await here.send("DELETE", `/api/v1/tokens/${id}`);
    await expect.poll(status, { interval: 20 }).toBe(401);

    expect(known).toBe(200);
    await here.close();
    await there.close();
  });
});
