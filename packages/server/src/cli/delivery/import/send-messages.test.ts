import { expect, it } from "vitest";
import { z } from "zod";
import { createApiClient } from "../../client.ts";
import { sendMessages } from "./send-messages.ts";

const imported = z.object({ messages: z.array(z.object({ event: z.string() })) });
const message = (event: string) => ({ event, body: {} });
const messages = (events: string) => [...events].map(message);

/** A server that takes so many messages at a time, and cannot read those named `x`. */
function server(messagesMax: number) {
  const taken: string[] = [];
  const answer = (status: number, body: object) =>
    new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  const refuse = (status: number, code: string, faults: object[] = []) =>
    answer(status, { type: "", title: code, status, code, detail: `${code}!`, faults });
  const fetch = async (input: string | URL | Request) => {
    const { messages: given } = imported.parse(await new Response(new Request(input).body).json());
    if (given.length > messagesMax) return refuse(413, "body-too-large");
    const bad = given.findIndex(({ event }) => event === "x");
    if (bad >= 0) return refuse(400, "invalid-request", [{ path: `/messages/${bad}/body/`, message: "is not valid" }]);
    taken.push(...given.map(({ event }) => event));
    return answer(202, { told: given.length, duplicates: 0, ignored: 0 });
  };
  const api = createApiClient({ url: "http://steadfast.test", token: "t" }, fetch);
  const send = (events: string) => sendMessages({ api }, "gitlab", messages(events), AbortSignal.timeout(60_000));
  return { taken, send };
}

it("leaves out what the server cannot read, and says so, and sends the rest in its order", async () => {
  const { taken, send } = server(100);

  const sent = await send("axbxxc");

  expect(taken).toEqual(["a", "b", "c"]);
  expect(sent).toEqual({ told: 3, duplicates: 0, ignored: 0, unread: Array(3).fill("invalid-request!") });
});

it("sends in halves what is too large", async () => {
  const { taken, send } = server(2);

  const sent = await send("abcxdef");

  expect(taken).toEqual(["a", "b", "c", "d", "e", "f"]);
  expect(sent).toMatchObject({ told: 6, unread: ["invalid-request!"] });
});

it("ends where not even one is taken", async () => {
  const { send } = server(0);

  await expect(send("ab")).rejects.toMatchObject({ problem: { code: "body-too-large" } });
});

it("asks nothing of the server where there is nothing to tell", async () => {
  const { send } = server(0);

  expect(await send("")).toEqual({ told: 0, duplicates: 0, ignored: 0, unread: [] });
});
