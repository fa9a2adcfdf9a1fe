#!/usr/bin/env node
import { outliveReaders, processIo } from "./cli/io.ts";
import { runProgram } from "./cli/program.ts";
import { readEnvironment } from "./config.ts";

outliveReaders(process.argv[2] === "serve");
await runProgram(process.argv.slice(2), processIo(readEnvironment()), {
  // Only `serve` needs the server: every other command starts without loading it.
  startServer: async (config) => (await import("./serve.ts")).serve(config),
});
