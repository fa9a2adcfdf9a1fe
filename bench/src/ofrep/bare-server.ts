// The limit: node:http and nothing else. Parses the same bodies and answers the same ones, made again for each request.

import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

type Answers = { readonly single: object; readonly bulk: object };

const [answersFile = ""] = process.argv.slice(2);
const answers: Answers = JSON.parse(readFileSync(answersFile, "utf8"));

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => answer(request, response, Buffer.concat(chunks).toString("utf8")));
});

function answer(request: IncomingMessage, response: ServerResponse, body: string): void {
  const { context }: { context?: { targetingKey?: string } } = JSON.parse(body);
  const isKnown = context?.targetingKey !== undefined && request.method === "POST";
  const isBulk = request.url?.endsWith("/flags") ?? false;
  const text = JSON.stringify(isBulk ? answers.bulk : answers.single);
  response.writeHead(isKnown ? 200 : 400, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}

server.keepAliveTimeout = 72_000;
server.listen(0, "127.0.0.1", () => {
  const bound = server.address();
  console.log(JSON.stringify({ port: typeof bound === "object" ? bound?.port : 0 }));
});
