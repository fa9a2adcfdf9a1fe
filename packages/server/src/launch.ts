#!/usr/bin/env node
// The published package's bin. It is compiled, and must start on any Node, if only to say that it is too old: whatever
// needs a new one is imported after that.

const NODE_MAJOR_NEEDED = 24;

if (Number.parseInt(process.versions.node, 10) < NODE_MAJOR_NEEDED) {
  process.stderr.write(
    `steadfast needs Node ${NODE_MAJOR_NEEDED} or newer, whose SQLite it stores its data in; this is Node ${process.versions.node}. ` +
      "Install a newer one from https://nodejs.org and run this again.\n",
  );
  process.exitCode = 1;
} else {
  hideExperimentalWarnings();
  await keepCompiled();
  await import("./main.ts");
}

/** What V8 compiled is kept in the user's own cache folder, so that every command but the first starts sooner. Where there is no such folder, or it cannot be written, nothing is kept. */
async function keepCompiled(): Promise<void> {
  const { readEnvironment } = await import("./environment.ts");
  const { cacheFolder } = await import("./cache-folder.ts");
  const { enableCompileCache } = await import("node:module");
  enableCompileCache(cacheFolder(readEnvironment(), "compiled"));
}

/** As `--disable-warning=ExperimentalWarning`, which a `#!` line cannot say on every system. */
function hideExperimentalWarnings(): void {
  const printers = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name === "ExperimentalWarning") return;
    for (const print of printers) print(warning);
  });
}

export {};
