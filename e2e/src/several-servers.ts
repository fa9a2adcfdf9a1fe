// Several servers in one process, each with its own port: `several-servers.ts DATA_DIR…`, or as many on the PostgreSQL of
// DATABASE_URL. Prints their addresses as one line of JSON. Who kills the process kills them all at the same moment.

import { loadConfig } from "../../packages/server/src/config.ts";
import { serve } from "../../packages/server/src/serve.ts";

const addresses = await Promise.all(
  process.argv.slice(2).map(async (dataDir, index) => {
    const env = { ...process.env, STEADFAST_NODE_NAME: `node-${index}-${process.pid}` };
    const loaded = loadConfig({ env, flags: { "data-dir": dataDir, port: "0" } });
    if (!loaded.ok) throw new Error(loaded.faults.map(({ message }) => message).join("; "));
    return (await serve(loaded.config)).address;
  }),
);
process.stdout.write(`${JSON.stringify(addresses)}\n`);
