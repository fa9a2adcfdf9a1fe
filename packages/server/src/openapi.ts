import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { loadConfig } from "./config.ts";
import { openNode } from "./node.ts";

/** The API's description, taken from a real node on an empty store: what it says is what is mounted. */
export async function buildOpenApiDocument(): Promise<object> {
  const dataDir = await mkdtemp(join(tmpdir(), "steadfast-openapi-"));
  try {
    const loaded = loadConfig({ env: {}, flags: { "data-dir": dataDir } });
    if (!loaded.ok) throw new Error("the default configuration is not valid");
    const node = await openNode(loaded.config, pino({ level: "silent" }));
    await node.app.ready();
    const document = node.app.swagger();
    await node.close();
    return document;
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
