// Loaded into the server before its own code (`--import`). On SIGUSR2 it collects all garbage and writes what is alive to the
// file of STEADFAST_BENCH_LIVE_MEMORY, as one line of JSON. The server itself knows nothing of it.

import { writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const file = process.env["STEADFAST_BENCH_LIVE_MEMORY"];

process.on("SIGUSR2", () => {
  if (file === undefined) return;
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  writeFileSync(file, JSON.stringify({ heapBytes: heapUsed, externalBytes: external }));
});
