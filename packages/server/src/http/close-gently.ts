import type { Server } from "node:http";
import type { Socket } from "node:net";

/** How soon a connection is let go that was kept alive and has its last answer. */
const IDLE_SWEEP_MS = 100;

/** What is needed of an app: Fastify's closing waits until every connection has ended. */
type Closable = { readonly server: Server; close(): PromiseLike<unknown> };

/**
 * Watches an app's connections from now on, so that it can be closed without waiting for those that nobody uses.
 *
 * @returns closes the app: what is being answered is finished, but not after `mostMs`
 */
export function prepareToClose(app: Closable): (mostMs: number) => Promise<void> {
  const { server } = app;
  const connections = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
  });

  return async (mostMs) => {
    const timer = setTimeout(() => server.closeAllConnections(), mostMs);
    const sweep = setInterval(() => {
      // Closing ends what is idle at its beginning; a connection that is being answered would be kept alive after that.
      server.closeIdleConnections();
      // Browsers and pools open connections ahead. Node takes one without a request for busy until it times out.
      for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
    }, IDLE_SWEEP_MS);
    try {
      await app.close();
    } finally {
      clearTimeout(timer);
      clearInterval(sweep);
    }
  };
}
