import { expect, it } from "vitest";
import { ADMIN_TOKEN, openAccess } from "../access/access.fixture.ts";
import { describeOnEachStore } from "../db/test-databases.ts";
import { appendTo, BY_TEST } from "./journal.fixture.ts";

/** More than a page of catching up. */
const EVENTS = 1_200;

async function follow(address: string, token: string, headers: Record<string, string> = {}, query = "") {
  const aborting = new AbortController();
  const response = await fetch(`${address}/api/v1/events/stream${query}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    signal: aborting.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let received = "";
  const ids = () =>
    [...received.matchAll(/^id: (\d+)\nevent: event\ndata: \{.*\}\n\n/gm)].map((match) => Number(match[1]));
  return {
    ids,
    readUntil: async (seq: number) => {
      while (reader && !ids().includes(seq)) {
        const { value, done } = await reader.read();
        if (done) break;
        received += value;
      }
      return ids();
    },
    leave: () => aborting.abort(),
  };
}

describeOnEachStore("the stream of events", (open) => {
  async function listen() {
    const access = await openAccess(await open());
    const address = await access.app.listen({ host: "127.0.0.1", port: 0 });
    const append = (stream: string, events: number, from = 0) =>
      access.journal.append([appendTo(stream, from, ...Array.from({ length: events }, () => "other"))], BY_TEST);
    return { access, address, append };
  }

  it("sends what happened after a seq, page by page, and goes on live without a gap or a repeat", async () => {
    const { access, address, append } = await listen();
    await append("a", EVENTS);
    const head = await access.journal.headSeq();
    const [byQuery, byHeader] = [
      await follow(address, ADMIN_TOKEN, {}, "?after=2"),
      await follow(address, ADMIN_TOKEN, { "last-event-id": "2" }, "?after=0"),
    ];

    for (let index = 0; index < 20; index += 1) await append(`b-${index}`, 3);

    const expected = Array.from({ length: head + 60 - 2 }, (_, index) => index + 3);
    expect(await byQuery.readUntil(head + 60)).toEqual(expected);
    expect(await byHeader.readUntil(head + 60)).toEqual(expected);
    await access.close();
  });

  it("begins with what happens next when it is not told where", async () => {
    const { access, address, append } = await listen();
    const head = await access.journal.headSeq();
    const consumer = await follow(address, ADMIN_TOKEN);

    await append("a", 2);

    expect(await consumer.readUntil(head + 2)).toEqual([head + 1, head + 2]);
    await access.close();
  });

  it("shows a token of one environment that environment's events only, before and live", async () => {
    const { access, address, append } = await listen();
    const { token } = await access.createToken({ role: "viewer", environment: "staging" });
    await append("flag/staging/x", 2);
    await append("flag/production/x", 2);
    const head = await access.journal.headSeq();
    const consumer = await follow(address, token, {}, "?after=3");
    await consumer.readUntil(head - 2);

    await append("flag/production/y", 5);
    await append("flag/staging/y", 1);

    expect(await consumer.readUntil(head + 6)).toEqual([head - 3, head - 2, head + 6]);
    await access.close();
  });

  it("ends when its token is revoked", async () => {
    const { access, address } = await listen();
    const { id, token } = await access.createToken({ role: "viewer" });
    const consumer = await follow(address, token);

    await access.send("DELETE", `/api/v1/tokens/${id}`);

    expect(await consumer.readUntil(Number.POSITIVE_INFINITY)).toEqual([]);
    await access.close();
  });
});
