#!/usr/bin/env node
import { outliveReaders, processIo } from "./cli/io.ts";
import { runProgram } from "./cli/program.ts";
import { readEnvironment } from "./environment.ts";

outliveReaders(process.argv[2] === "serve");
await runProgram(process.argv.slice(2), processIo(readEnvironment()), {
  // What needs the server or its store loads it: every other command starts without.
  startServer: async (config) => (await import("./serve.ts")).serve(config),
  keepBackup: async (packed, path) => (await import("./offline.ts")).keepBackup(packed, path),
  backUpOffline: async (config, path) => (await import("./offline.ts")).backUpOffline(config, path),
  createTokenOffline: async (config, token) => (await import("./offline-token.ts")).createTokenOffline(config, token),
  restoreOffline: async (config, path) => (await import("./offline.ts")).restoreOffline(config, path),
});
