import { afterEach, expect, it } from "vitest";
import type { Config } from "./config.ts";
import { describeOnEachStore } from "./db/test-databases.ts";
import { openTestNode, TEST_ADMIN_TOKEN } from "./node.fixture.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const node of opened.splice(0)) await node.close();
});

const OWN_PAGE = { host: "flags.example", origin: "http://flags.example", "sec-fetch-site": "same-origin" };

describeOnEachStore("a browser's session", (open) => {
  const start = async (more: Partial<Config> = {}) => {
    const opening = await openTestNode(await open.config(), more);
    opened.push(opening);
    const { app } = opening.node;
    const signIn = (
      headers: Record<string, string> = {},
      token: string = TEST_ADMIN_TOKEN,
      remoteAddress = "10.0.0.1",
    ) =>
      app.inject({
        method: "POST",
        url: "/api/v1/session",
        headers: { ...OWN_PAGE, ...headers },
        payload: { token },
        remoteAddress,
      });
    const cookieOf = (answer: { headers: object }) =>
      String(new Map(Object.entries(answer.headers)).get("set-cookie") ?? "").split(";")[0] ?? "";
    const me = async (cookie: string) => (await app.inject({ url: "/api/v1/me", headers: { cookie } })).statusCode;
    return { app, signIn, cookieOf, me, ask: opening.ask };
  };

  it("is a new one at each sign-in, and the one before is over", async () => {
    const { signIn, cookieOf, me } = await start();
    const first = cookieOf(await signIn());
    const alive = await me(first);

    const second = cookieOf(await signIn({ cookie: first }));

    expect(alive).toBe(200);
    expect(second).not.toBe(first);
    expect([await me(first), await me(second)]).toEqual([401, 200]);
  });

  it("is never one that somebody planted in the browser before", async () => {
    const { signIn, cookieOf, me } = await start();
    const planted = "steadfast_session=planted-by-somebody-else-before-signing-in";

    const given = cookieOf(await signIn({ cookie: planted }));

    expect(given).not.toBe(planted);
    expect([await me(planted), await me(given)]).toEqual([401, 200]);
  });

  it("takes nothing from whoever was signed in when a wrong token is tried", async () => {
    const { signIn, cookieOf, me } = await start();
    const cookie = cookieOf(await signIn());

    await signIn({ cookie }, "wrong");

    expect(await me(cookie)).toBe(200);
  });

  it.each([[{ "sec-fetch-site": "cross-site" }], [{ "sec-fetch-site": "same-site" }], [{ "sec-fetch-site": "none" }]])(
    "does not begin because another site wants it: %j",
    async (headers) => {
      const { signIn } = await start();

      const answer = await signIn(headers);

      expect(answer.json()).toMatchObject({ status: 403, code: "csrf-check-failed" });
      expect(answer.headers["set-cookie"]).toBeUndefined();
    },
  );

  it("does not begin from another origin, nor by a form", async () => {
    const { app } = await start();
    const send = (headers: Record<string, string>, payload: string) =>
      app.inject({ method: "POST", url: "/api/v1/session", headers: { host: "flags.example", ...headers }, payload });
    const body = JSON.stringify({ token: TEST_ADMIN_TOKEN });

    const answers = [
      await send({ "content-type": "application/json", origin: "https://elsewhere.example" }, body),
      await send({ "content-type": "text/plain" }, body),
      await send({ "content-type": "application/x-www-form-urlencoded" }, `token=${TEST_ADMIN_TOKEN}`),
      await send({ "content-type": "multipart/form-data; boundary=x" }, "--x--"),
    ];

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([403, 415, 415, 415]);
  });

  it.each([
    ["plain HTTP on its own machine", {}, {}, false],
    ["an https public URL", { publicUrl: "https://flags.example" }, {}, true],
    ["a trusted proxy that speaks https", { trustedProxies: ["10.0.0.0/8"] }, { "x-forwarded-proto": "https" }, true],
    ["anybody who says that it was https", {}, { "x-forwarded-proto": "https" }, false],
    ["a stranger beside the trusted proxy", { trustedProxies: ["10.9.9.9"] }, { "x-forwarded-proto": "https" }, false],
  ])("has a cookie that no script and no other site gets: %s", async (_name, config, headers, isSecure) => {
    const { signIn } = await start(config);

    const answer = await signIn(headers);

    const [value = "", ...attributes] = String(answer.headers["set-cookie"]).split("; ");
    expect(value).toMatch(/^steadfast_session=[A-Za-z0-9_-]{43}$/);
    expect(attributes).toEqual([
      "Path=/",
      "HttpOnly",
      "SameSite=Strict",
      "Max-Age=43200",
      ...(isSecure ? ["Secure"] : []),
    ]);
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  it.each([
    ["https://flags.example", "max-age=31536000"],
    ["http://flags.example", undefined],
  ])("is kept to https where people come by it: %s", async (publicUrl, expected) => {
    const { app } = await start({ publicUrl });

    const answers = [await app.inject("/"), await app.inject("/api/v1/me")];

    for (const { headers } of answers) expect(headers["strict-transport-security"]).toBe(expected);
  });

  it("is refused after ten wrong tokens from one address, and nobody else is held up", async () => {
    const { signIn, cookieOf, me, ask } = await start();
    const before = cookieOf(await signIn({}, TEST_ADMIN_TOKEN, "10.0.0.66"));
    for (let index = 0; index < 10; index += 1) await signIn({}, `wrong ${index}`, "10.0.0.66");

    const eleventh = await signIn({}, "wrong again", "10.0.0.66");

    expect(eleventh.json()).toMatchObject({ status: 429, code: "too-many-requests" });
    expect(eleventh.headers["retry-after"]).toBe("1");
    expect((await signIn({}, TEST_ADMIN_TOKEN, "10.0.0.7")).statusCode).toBe(200);
    expect(await me(before)).toBe(200);
    expect((await ask("GET", "/api/v1/me")).status).toBe(200);
  });

  it("takes an address from a trusted proxy only", async () => {
    const config = await start();
    const behindProxy = await start({ trustedProxies: ["10.0.0.1"] });
    const triesBySomeone = async ({ signIn }: typeof config) => {
      const statuses: number[] = [];
      for (let index = 0; index < 11; index += 1) {
        statuses.push((await signIn({ "x-forwarded-for": `192.0.2.${index}` }, "wrong")).statusCode);
      }
      return statuses.at(-1);
    };

    expect(await triesBySomeone(config)).toBe(429);
    expect(await triesBySomeone(behindProxy)).toBe(401);
  });
});
