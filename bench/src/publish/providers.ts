// Real providers in one process. `node providers.ts URL TOKEN COUNT`: prints as streams.ts does, when each has applied a version.

import { SteadfastClient } from "@steadfast/openfeature-provider/client";

const [url = "", token = "", count = ""] = process.argv.slice(2);
const nowMs = () => performance.timeOrigin + performance.now();
const arrivals = new Map<number, number[]>();

const clients = Array.from({ length: Number(count) }, () => {
  const client = new SteadfastClient({ url, token, observe: false, annotateSpans: false });
  client.onEvent((event) => {
    if (event.type !== "changed" || event.version === undefined) return;
    const times = arrivals.get(event.version) ?? [];
    arrivals.set(event.version, times);
    times.push(nowMs());
    if (times.length < clients.length) return;
    arrivals.delete(event.version);
    console.log(JSON.stringify({ version: event.version, times }));
  });
  return client;
});
await Promise.all(clients.map((client) => client.ready()));
console.log(JSON.stringify({ event: "open" }));
