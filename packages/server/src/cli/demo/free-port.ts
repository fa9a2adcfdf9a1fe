import { createServer } from "node:net";
import { CliError } from "../cli-error.ts";

const HOST = "127.0.0.1";
const PORTS_TRIED = 50;

/** The first port from `wanted` on that nobody listens on. @throws {CliError} when 50 in a row are taken. */
export async function findFreePort(wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + PORTS_TRIED && port <= 65_535; port += 1) {
    if (await isFree(port)) return port;
  }
  throw new CliError(`No free port from ${wanted} on.`, { advice: ["Name another with --port."] });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, HOST, () => probe.close(() => resolve(true)));
  });
}
