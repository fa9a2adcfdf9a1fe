#!/usr/bin/env node
// The published package's bin. It is compiled, and must start on any Node, if only to say that it is too old: whatever
// needs a new one is imported after that.

const NODE_MAJOR_NEEDED = 24;
/** A report on a clone opens no store: it runs on every Node that is still in use. */
const NODE_MAJOR_FOR_DELIVERY = 20;

const major = Number.parseInt(process.versions.node, 10);
const [command, subject] = process.argv.slice(2);
const isReport = command === "delivery" && subject !== "import";

if (major >= NODE_MAJOR_NEEDED || (isReport && major >= NODE_MAJOR_FOR_DELIVERY)) {
  hideExperimentalWarnings();
  bringGroupBy();
  await keepCompiled();
  await import("./main.ts");
} else {
  process.stderr.write(
    `steadfast needs Node ${NODE_MAJOR_NEEDED} or newer, whose SQLite it stores its data in; this is Node ${process.versions.node}. ` +
      `Install a newer one from https://nodejs.org and run this again. \`steadfast delivery\` alone runs from Node ${NODE_MAJOR_FOR_DELIVERY} on.\n`,
  );
  process.exitCode = 1;
}

/** `Map.groupBy` came with Node 21: the one thing of the language that a report needs and Node 20 lacks. */
function bringGroupBy(): void {
  Map.groupBy ??= <Key, Item>(items: Iterable<Item>, keyOf: (item: Item, index: number) => Key) => {
    const groups = new Map<Key, Item[]>();
    let index = 0;
    for (const item of items) {
      const key = keyOf(item, index++);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
    return groups;
  };
}

/** What V8 compiled is kept in the user's own cache folder, so that every command but the first starts sooner, from Node 22 on. Where there is no such folder, nothing is kept: Node trusts what lies there, so it is never below the working directory, which may be somebody else's clone. */
async function keepCompiled(): Promise<void> {
  const { readEnvironment } = await import("./environment.ts");
  const { cacheFolder } = await import("./cache-folder.ts");
  const { enableCompileCache } = await import("node:module");
  if (enableCompileCache === undefined) return;
  const folder = cacheFolder(readEnvironment(), "compiled", ".");
  // Without a folder Node would take one of its own choice.
  if (folder !== undefined) enableCompileCache(folder);
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
