import { afterEach, expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { openTestNode, TEST_ADMIN_TOKEN } from "../node.fixture.ts";
import { appendTo, BY_TEST, openJournal } from "./journal.fixture.ts";
import { readEventsPage } from "./read-page.ts";

const FLAG = "/api/v1/environments/production/flags/new-checkout";

type Shown = {
  readonly seq: number;
  readonly type: string;
  readonly subject: object;
  readonly reason: string | null;
  readonly actor: { readonly id: string; readonly name: string };
  readonly at: string;
};

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const node of opened.splice(0)) await node.close();
});

describeOnEachStore("the journal's filters", (open) => {
  /** Two flags, a rollout that a person rolled back, and a token that did something. */
  const openStory = async () => {
    const node = await openTestNode(await open.config());
    opened.push(node);
    const { ask } = node;
    await ask("POST", "/api/v1/flags", { key: "new-checkout", service: "shop" });
    await ask("POST", "/api/v1/flags", { key: "fast-search", service: "search" });
    const maya = (await ask("POST", "/api/v1/tokens", { name: "Maya", role: "operator", environment: null })).body;
    const asMaya = { authorization: `Bearer ${maya.token}` };
    const body = { kind: "flag", environment: "production", flag: "new-checkout", candidate: "on" };
    const rollout = (await ask("POST", "/api/v1/rollouts", { ...body, reason: "100% faster_checkout" }, asMaya)).body;
    await ask("POST", `/api/v1/rollouts/${rollout.id}/roll-back`, { reason: "users CALL us" }, asMaya);
    await ask("POST", `${FLAG}/off`, { reason: "to be safe" });
    const events = async (query: string): Promise<Shown[]> => (await ask("GET", `/api/v1/events?${query}`)).body.items;
    return { ...node, maya, rollout, events };
  };

  it("finds by kind, subject, actor, time and a part of the reason, and by all of them at once", async () => {
    const { maya, rollout, events } = await openStory();
    const all = await events("");
    const typesOf = async (query: string) => (await events(query)).map(({ type }) => type);

    expect(await typesOf("type=rollout.rolled-back,flag.switched-off")).toEqual([
      "rollout.rolled-back",
      "flag.switched-off",
    ]);
    expect(await typesOf("type=token.")).toEqual(["token.created", "token.created"]);
    expect(await typesOf(`actor=${maya.id}`)).toEqual(
      all.filter(({ actor }) => actor.name === "Maya").map((e) => e.type),
    );
    expect(await typesOf(`stream=rollout/${rollout.id}&type=rollout.requested`)).toEqual(["rollout.requested"]);
    expect(await typesOf("text=users call")).toEqual(["rollout.rolled-back"]);
    expect(await typesOf(`text=${encodeURIComponent("0% faster_")}&type=rollout.requested`)).toEqual([
      "rollout.requested",
    ]);
    expect(await typesOf(`text=${encodeURIComponent("0%faster")}`)).toEqual([]);
    expect(await typesOf(`from=${all[0]?.at}&to=${all.at(-1)?.at}`)).toHaveLength(all.length);
    expect(await typesOf("to=2020-01-01T00:00:00Z")).toEqual([]);
    expect(await typesOf(`flag=new-checkout&actor=${maya.id}&text=CALL&type=rollout.`)).toEqual([
      "rollout.rolled-back",
    ]);
  });

  it("finds what concerns a flag: its entry, its state in each environment, its rollouts", async () => {
    const { events } = await openStory();

    const found = await events("flag=new-checkout");

    const types = new Set(found.map(({ type }) => type.split(".")[0]));
    expect(types).toEqual(new Set(["flag", "rollout"]));
    expect(found.every(({ subject }) => JSON.stringify(subject).includes("new-checkout"))).toBe(true);
    expect((await events("flag=fast-search")).some(({ type }) => type.startsWith("rollout."))).toBe(false);
  });

  it("names what an event is about as people know it", async () => {
    const { rollout, maya, events } = await openStory();

    const [rolledBack] = await events("type=rollout.rolled-back");
    const token = (await events("type=token.created")).at(-1);

    expect(rolledBack?.subject).toEqual({
      kind: "rollout",
      id: rollout.id,
      name: "new-checkout",
      environment: "production",
    });
    expect(token?.subject).toEqual({ kind: "token", id: maya.id, name: "Maya", environment: null });
  });

  it("keeps a token of one environment to that one, whatever it asks for", async () => {
    const { ask } = await openStory();
    const { body } = await ask("POST", "/api/v1/tokens", { name: "s", role: "viewer", environment: "staging" });
    const asViewer = { authorization: `Bearer ${body.token}` };

    const own = await ask("GET", "/api/v1/events?flag=new-checkout", undefined, asViewer);
    const others = await ask("GET", "/api/v1/events?environment=production", undefined, asViewer);

    expect(own.body.items.map(({ subject }: Shown) => subject)).toEqual([
      { kind: "flag", id: "new-checkout", name: "new-checkout", environment: "staging" },
    ]);
    expect(others.status).toBe(403);
  });

  it("refuses a filter that makes no sense, and says which", async () => {
    const { ask } = await openStory();

    const answers = await Promise.all(
      ["from=yesterday", "flag=a/b", "environment=No", `type=${"a.,".repeat(30)}`, "text="].map((query) =>
        ask("GET", `/api/v1/events?${query}`),
      ),
    );

    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
  });

  it("streams only what the filter lets through, from where it is told and live", async () => {
    const { node, ask } = await openStory();
    const address = await node.app.listen({ host: "127.0.0.1", port: 0 });
    const letGo = new AbortController();
    const response = await fetch(`${address}/api/v1/events/stream?after=0&type=flag.switched-off&flag=new-checkout`, {
      headers: { authorization: `Bearer ${TEST_ADMIN_TOKEN}` },
      signal: letGo.signal,
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let received = "";
    const readUntil = async (count: number) => {
      while (reader && [...received.matchAll(/^event: event$/gm)].length < count) {
        const { value, done } = await reader.read();
        if (done) break;
        received += value;
      }
      return [...received.matchAll(/"type":"([^"]+)"/g)].map((match) => match[1]);
    };
    expect(await readUntil(1)).toEqual(["flag.switched-off"]);

    await ask("POST", "/api/v1/environments/production/flags/fast-search/off", { reason: "another flag" });
    await ask("POST", "/api/v1/environments/staging/flags/new-checkout/off", { reason: "the next one" });

    expect(await readUntil(2)).toEqual(["flag.switched-off", "flag.switched-off"]);
    letGo.abort();
  });

  it("looks for a text through a part of the journal at a time, and misses nothing by going on", async () => {
    const journal = await openJournal(await open());
    const reasons = Array.from({ length: 45 }, (_, index) => (index % 20 === 0 ? "a needle" : "hay"));
    for (const [index, reason] of reasons.entries())
      await journal.append([appendTo(`s-${index}`, 0, "x")], { ...BY_TEST, reason });
    const searchMax = 10;

    for (const order of ["asc", "desc"] as const) {
      const found: number[] = [];
      let pages = 0;
      for (let next: number | null = order === "asc" ? 0 : 1_000; next !== null; pages += 1) {
        const range = order === "asc" ? { afterSeq: next } : { beforeSeq: next };
        const page = await readEventsPage(journal, { text: "needle", limit: 2, order, ...range }, searchMax);
        found.push(...page.events.map(({ seq }) => seq));
        next = page.nextSeq;
      }
      expect(found).toEqual(order === "asc" ? [1, 21, 41] : [41, 21, 1]);
      expect(pages).toBe(5);
    }
  });
});
