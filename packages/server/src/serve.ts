import type { AddressInfo } from "node:net";
import type { Config } from "./config.ts";
import { requireFreePort } from "./http/require-free-port.ts";
import { createLogger } from "./logging.ts";
import { openNode } from "./node.ts";
import { boundHeapGrowth } from "./operations/heap-growth.ts";

export type RunningServer = {
  /** Where it listens, such as `http://127.0.0.1:4400`. */
  readonly address: string;
  /** Set at the very first start: the secret, to be shown once. */
  readonly createdAdminToken: string | undefined;
  /** Finishes the requests under way, ends the streams, closes the store. */
  close(): Promise<void>;
};

/**
 * Opens a node and listens.
 *
 * @throws when the data folder has another owner, the store cannot be reached, or the port is taken
 */
export async function serve(config: Config): Promise<RunningServer> {
  const log = createLogger({
    level: config.logLevel,
    format: config.logFormat ?? (process.stderr.isTTY ? "pretty" : "json"),
  });
  boundHeapGrowth();
  await requireFreePort(config);
  const node = await openNode(config, log);
  try {
    // A line for each address: 0.0.0.0 is every interface's.
    const listenTextResolver = (at: string) => `listening at ${at}, store: ${config.database.kind}`;
    await node.app.listen({ host: config.host, port: config.port, listenTextResolver });
  } catch (error) {
    await node.close();
    throw error;
  }
  return {
    address: addressOf(node.app.server.address(), config.host),
    createdAdminToken: node.createdAdminToken,
    close: async () => {
      log.info("draining");
      node.drain();
      await node.close();
      log.info("stopped");
    },
  };
}

function addressOf(bound: AddressInfo | string | null, host: string): string {
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
