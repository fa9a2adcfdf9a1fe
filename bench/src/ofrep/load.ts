import { fileURLToPath } from "node:url";
import { startProgram } from "../../../e2e/src/child-process.ts";

const AUTOCANNON = fileURLToPath(import.meta.resolve("autocannon"));
const CONNECTIONS = 32;

export type LoadResult = { readonly requestsPerSecond: number; readonly p99Ms: number; readonly refused: number };

type AutocannonResult = {
  /** Seconds. */
  readonly duration: number;
  readonly requests: { readonly total: number };
  readonly latency: { readonly p99: number };
  readonly errors: number;
  readonly non2xx: number;
};

/** As many requests as are answered, from a process of its own. */
export async function load(url: string, token: string, body: object, seconds: number): Promise<LoadResult> {
  const child = startProgram(process.execPath, [
    AUTOCANNON,
    "--json",
    "--no-progress",
    ...["--connections", String(CONNECTIONS), "--duration", String(seconds), "--method", "POST"],
    ...["--headers", `authorization=Bearer ${token}`, "--headers", "content-type=application/json"],
    ...["--body", JSON.stringify(body), url],
  ]);
  const { code } = await child.exited;
  if (code !== 0) throw new Error(`autocannon ended with ${code}:\n${child.log()}`);
  const result: AutocannonResult = JSON.parse(child.stdout());
  return {
    requestsPerSecond: result.requests.total / result.duration,
    p99Ms: result.latency.p99,
    refused: result.errors + result.non2xx,
  };
}
