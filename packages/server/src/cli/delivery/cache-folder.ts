import { homedir } from "node:os";
import { join } from "node:path";
import type { Io } from "../io.ts";

/** Of one kind of what is kept between runs: `$XDG_CACHE_HOME/steadfast/KIND`, by default in `~/.cache`. */
export function cacheFolder(env: Io["env"], kind: "history" | "line-sizes"): string {
  const given = env.XDG_CACHE_HOME;
  return join(given === undefined || given === "" ? join(homedir(), ".cache") : given, "steadfast", kind);
}
