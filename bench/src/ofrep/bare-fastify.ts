// The framework without anything of ours: what Fastify costs over node:http.

import { readFileSync } from "node:fs";
import { fastify } from "fastify";

type Answers = { readonly single: object; readonly bulk: object };

const [answersFile = ""] = process.argv.slice(2);
const answers: Answers = JSON.parse(readFileSync(answersFile, "utf8"));

const app = fastify({ keepAliveTimeout: 72_000 });
app.post("/ofrep/v1/evaluate/flags/:key", async (_request, reply) =>
  reply.type("application/json; charset=utf-8").send(JSON.stringify(answers.single)),
);
app.post("/ofrep/v1/evaluate/flags", async (_request, reply) =>
  reply.type("application/json; charset=utf-8").send(JSON.stringify(answers.bulk)),
);
await app.listen({ port: 0, host: "127.0.0.1" });
const bound = app.server.address();
console.log(JSON.stringify({ port: typeof bound === "object" ? bound?.port : 0 }));
