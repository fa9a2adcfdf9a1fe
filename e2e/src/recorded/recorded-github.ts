import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { listenOnLoopback } from "../forge-server.ts";

const GITHUB = "https://api.github.com";

const exchange = z.object({
  method: z.string(),
  path: z.string(),
  status: z.number(),
  response: z.unknown(),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())])).default({}),
});
type Exchange = z.infer<typeof exchange>;

/** Of what was sent once, what the sending itself decides. */
const OF_THE_WIRE: ReadonlySet<string> = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "date",
  "transfer-encoding",
]);

/** A recorded conversation with api.github.com, in order. */
export async function readScenario(name: string): Promise<readonly Exchange[]> {
  const root = import.meta.resolve("@octokit/fixtures/package.json");
  const file = new URL(`scenarios/api.github.com/${name}/normalized-fixture.json`, root);
  return z.array(exchange).parse(JSON.parse(await readFile(fileURLToPath(file), "utf8")));
}

/** What GitHub gives as an example of an answer, by the path in the description of its API. */
export async function readExample(path: string): Promise<unknown> {
  const file = new URL("github-api-examples.json", import.meta.url);
  return z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(file, "utf8")))[path];
}

/**
 * Answers on loopback as api.github.com did: status, headers and body, with links and redirects that lead back here, and times moved to the last year.
 *
 * @param exchanges by the path that is asked for, with its query or without
 */
export async function startRecordedGitHub(exchanges: ReadonlyMap<string, Partial<Exchange>>) {
  const asked: string[] = [];
  const lastYear = new Date().getUTCFullYear() - 1;
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    asked.push(path);
    const found = exchanges.get(path) ?? exchanges.get(path.split("?")[0] ?? path);
    const { status = 200, headers = {}, response: body } = found ?? { status: 404, response: { message: "Not Found" } };
    const here = (text: string) => text.replaceAll(GITHUB, `http://${request.headers.host ?? ""}`);
    for (const [name, value] of Object.entries(headers)) {
      if (!OF_THE_WIRE.has(name)) response.setHeader(name, here(String(value)));
    }
    const text = here(JSON.stringify(body)).replaceAll(/\b20\d\d(-\d\d-\d\dT)/g, `${lastYear}$1`);
    response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(text);
  });
  return { asked, ...(await listenOnLoopback(server)) };
}
