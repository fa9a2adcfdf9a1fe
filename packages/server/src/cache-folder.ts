import { devNull, homedir } from "node:os";
import { join } from "node:path";

/** Where one kind of what is kept between runs lies: `$XDG_CACHE_HOME/steadfast/KIND`, by default in `~/.cache`. */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>>,
  kind: "compiled" | "history" | "line-sizes",
): string {
  const given = env.XDG_CACHE_HOME;
  return join(given === undefined || given === "" ? join(homeFolder(), ".cache") : given, "steadfast", kind);
}

/** A user without a home (of a container, by number) has nothing kept: no folder can be made below a file. */
function homeFolder(): string {
  try {
    return homedir();
  } catch {
    return devNull;
  }
}
