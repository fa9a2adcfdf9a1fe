import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { pino } from "pino";
import { expect, it } from "vitest";
import { prepareToClose } from "./close-gently.ts";
import { createApp } from "./create-app.ts";

/** Longer than the test may take: what closes, closes by itself. */
const NEVER_MS = 3_600_000;

async function startApp() {
  const app = createApp({ logger: pino({ level: "silent" }) });
  const close = prepareToClose(app);
  const arrived = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<string>();
  app.get("/slow", { config: { access: "public" } }, async () => {
    arrived.resolve();
    return answer.promise;
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const address: AddressInfo | string | null = app.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { app, close, arrived, answer, port };
}

it("does not wait for a connection that never sent anything", async () => {
  const { app, close, port } = await startApp();
  const connected = once(app.server, "connection");
  const socket = connect(port, "127.0.0.1");
  await connected;

  await close(NEVER_MS);

  socket.destroy();
  expect(app.server.listening).toBe(false);
});

it("finishes an answer under way, and does not wait for its connection, which the client would keep", async () => {
  const { close, arrived, answer, port } = await startApp();
  const agent = new Agent({ keepAlive: true });
  const responded = new Promise<IncomingMessage>((resolve) =>
    get({ port, host: "127.0.0.1", path: "/slow", agent }, resolve),
  );
  await arrived.promise;

  const closed = close(NEVER_MS);
  answer.resolve("done");

  const response = await responded;
  response.resume();
  expect(response.statusCode).toBe(200);
  await closed;
  agent.destroy();
});

it("ends an answer that takes longer than it may", async () => {
  const { close, arrived, port } = await startApp();
  const failed = new Promise((resolve) => get({ port, host: "127.0.0.1", path: "/slow" }).on("error", resolve));
  await arrived.promise;

  await close(1);

  expect(await failed).toBeInstanceOf(Error);
});
