import { expect, it } from "vitest";
import { z } from "zod";
import { describeOnEachStore } from "../db/test-databases.ts";
import { bearer, openApp } from "./http.fixture.ts";
import { keepIdempotentAnswers } from "./idempotency.ts";
import { IDEMPOTENCY_AGE_MS } from "./limits.ts";
import { ProblemError } from "./problem.ts";

describeOnEachStore("an Idempotency-Key", (open) => {
  async function openRoutes() {
    const clock = { nowMs: 1_000_000 };
    const runs: string[] = [];
    let letRun: Promise<void> = Promise.resolve();
    const database = await open();
    const app = openApp();
    keepIdempotentAnswers(app, { database, nowMs: () => clock.nowMs });
    const body = z.object({ name: z.string() });
    app.post("/api/v1/things", { config: { access: "operate" }, schema: { body } }, async (request, reply) => {
      runs.push(request.body.name);
      await letRun;
      if (request.body.name === "refused") throw new ProblemError("flag-exists", "It exists already.");
      return reply.code(201).header("etag", `"${runs.length}"`).send({ run: runs.length });
    });
    app.delete("/api/v1/things", { config: { access: "operate" } }, async (_request, reply) => {
      runs.push("delete");
      return reply.code(204).send();
    });
    app.post("/api/v1/secrets", { config: { access: "operate", isIdempotencyKept: false } }, async () => {
      runs.push("secret");
      return { secret: runs.length };
    });
    const send = (name: string, key: string | undefined, role: "operator" | "admin" = "operator") =>
      app.inject({
        method: "POST",
        url: "/api/v1/things",
        payload: { name },
        headers: { ...bearer(role), ...(key === undefined ? {} : { "idempotency-key": key }) },
      });
    const holdRuns = () => {
      let release = () => {};
      letRun = new Promise((resolve) => {
        release = resolve;
      });
      return () => release();
    };
    return { app, clock, runs, send, holdRuns, database };
  }

  it("makes the same request run once, and gets the same answer again", async () => {
    const { runs, send } = await openRoutes();

    const [first, second] = [await send("a", "k"), await send("a", "k")];

    expect(runs).toEqual(["a"]);
    expect(first.headers["idempotency-replayed"]).toBeUndefined();
    expect(second.headers).toMatchObject({ "idempotency-replayed": "true", etag: '"1"' });
    expect([second.statusCode, second.body, second.headers["content-type"]]).toEqual([
      first.statusCode,
      first.body,
      first.headers["content-type"],
    ]);
  });

  it("replays an answer without a body", async () => {
    const { app, runs } = await openRoutes();
    const send = () =>
      app.inject({ method: "DELETE", url: "/api/v1/things", headers: { ...bearer("admin"), "idempotency-key": "k" } });

    const [first, second] = [await send(), await send()];

    expect([first.statusCode, second.statusCode, second.body]).toEqual([204, 204, ""]);
    expect(runs).toEqual(["delete"]);
  });

  it("belongs to one request: another one is refused", async () => {
    const { send } = await openRoutes();
    await send("a", "k");

    const other = await send("b", "k");

    expect(other.json()).toMatchObject({ status: 409, code: "idempotency-key-reused" });
  });

  it("belongs to one token, and to nothing when it is not sent", async () => {
    const { runs, send } = await openRoutes();

    await send("a", "k", "operator");
    await send("b", "k", "admin");
    await send("c", undefined);
    await send("c", undefined);

    expect(runs).toEqual(["a", "b", "c", "c"]);
  });

  it("does not run a request twice that is sent twice at once", async () => {
    const { runs, send, holdRuns } = await openRoutes();
    const release = holdRuns();

    const both = [send("a", "k"), send("a", "k")].map(async (answer) => {
      const { statusCode } = await answer;
      release();
      return statusCode;
    });

    expect((await Promise.all(both)).sort()).toEqual([201, 409]);
    expect(runs).toEqual(["a"]);
  });

  it("does not keep a refusal: the request may be tried again", async () => {
    const { runs, send } = await openRoutes();

    const [first, second] = [await send("refused", "k"), await send("refused", "k")];

    expect([first.statusCode, second.statusCode]).toEqual([409, 409]);
    expect(runs).toEqual(["refused", "refused"]);
  });

  it("is forgotten after a day", async () => {
    const { runs, send, clock, database } = await openRoutes();
    await send("a", "k");
    clock.nowMs += IDEMPOTENCY_AGE_MS + 1;

    await send("b", "k");

    expect(runs).toEqual(["a", "b"]);
    expect(await database.db.selectFrom("idempotent_response").selectAll().execute()).toHaveLength(1);
  });

  it("never keeps an answer that is a secret", async () => {
    const { app, runs, database } = await openRoutes();
    const headers = { ...bearer("admin"), "idempotency-key": "k" };

    await app.inject({ method: "POST", url: "/api/v1/secrets", headers });
    await app.inject({ method: "POST", url: "/api/v1/secrets", headers });

    expect(runs).toEqual(["secret", "secret"]);
    expect(await database.db.selectFrom("idempotent_response").selectAll().execute()).toEqual([]);
  });

  it.each([
    ["empty", ""],
    ["too long", "x".repeat(201)],
  ])("is refused when it is %s", async (_name, key) => {
    const { send } = await openRoutes();

    expect((await send("a", key)).json()).toMatchObject({ status: 400, code: "invalid-request" });
  });
});
