import { createHash, timingSafeEqual } from "node:crypto";
import { beforeEach, expect, it, vi } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { readCookie } from "../http/cookie.ts";
import { UNKNOWN_TOKEN_CACHE_ENTRIES_MAX } from "../http/limits.ts";
import { ADMIN_TOKEN, openAccess } from "./access.fixture.ts";

vi.mock("node:crypto", async (load) => {
  const crypto = await load<typeof import("node:crypto")>();
  return { ...crypto, timingSafeEqual: vi.fn(crypto.timingSafeEqual) };
});
beforeEach(() => {
  vi.mocked(timingSafeEqual).mockClear();
});

const sha256 = (secret: string) => createHash("sha256").update(secret).digest("hex");
/** What was compared, as text. */
const compared = () => vi.mocked(timingSafeEqual).mock.calls.map(([a, b]) => [String(a), String(b)]);

describeOnEachStore("a secret", (open) => {
  it("of a token is let in by its hash, compared in constant time", async () => {
    const access = await openAccess(await open());

    await access.send("GET", "/api/v1/me");

    expect(compared()).toEqual([[sha256(ADMIN_TOKEN), sha256(ADMIN_TOKEN)]]);
    await access.close();
  });

  it("of a session is, too", async () => {
    const access = await openAccess(await open());
    const payload = { token: ADMIN_TOKEN };
    const signedIn = await access.app.inject({ method: "POST", url: "/api/v1/session", payload });
    const secret = readCookie(String(signedIn.headers["set-cookie"]), "steadfast_session") ?? "";
    vi.mocked(timingSafeEqual).mockClear();

    await access.app.inject({ url: "/api/v1/me", headers: { cookie: `steadfast_session=${secret}` } });

    expect(compared()).toEqual([[sha256(secret), sha256(secret)]]);
    await access.close();
  });

  it("that is nearly right is nobody's: nothing of it is compared but its hash", async () => {
    const access = await openAccess(await open());

    const answer = await access.send("GET", "/api/v1/me", undefined, `${ADMIN_TOKEN.slice(0, -1)}x`);

    expect(answer.statusCode).toBe(401);
    expect(compared()).toEqual([]);
    await access.close();
  });
});

describeOnEachStore("made-up tokens", (open) => {
  it("push no real one out of the memory", async () => {
    const database = await open();
    const access = await openAccess(database);
    await access.send("GET", "/api/v1/me");
    vi.mocked(timingSafeEqual).mockClear();

    for (let index = 0; index < UNKNOWN_TOKEN_CACHE_ENTRIES_MAX + 100; index += 1) {
      await access.principals.find("token", sha256(`made-up-${index}`));
    }
    const answer = await access.send("GET", "/api/v1/me");

    expect(answer.statusCode).toBe(200);
    // Found in memory: the store, whose answer would be compared, was not asked.
    expect(compared()).toEqual([]);
    await access.close();
  });
});
