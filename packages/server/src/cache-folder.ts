import { existsSync, mkdirSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";

type Kind = "compiled" | "history" | "line-sizes" | "imports";

/** Write permission for the group and for everybody. */
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Where one kind of what is kept between runs lies: `$XDG_CACHE_HOME/steadfast/KIND`, by default in `~/.cache`. Absolute,
 * without symbolic links; made here, for its user alone.
 *
 * What lies there is believed, so there is no such folder (`undefined`, nothing is kept) where somebody else may have
 * written it: where it is named by a relative path, belongs to another user or can be written by one, and where it lies
 * in the checkout around `outside` (or below `outside`, where that is in none), whose files came from elsewhere.
 */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>>,
  kind: Kind,
  outside?: string,
): string | undefined {
  try {
    const base = env.XDG_CACHE_HOME || join(homedir(), ".cache");
    if (!isAbsolute(base)) return undefined;
    const ours = realPathOf(join(base, "steadfast"));
    const folder = realPathOf(join(ours, kind));
    if (outside !== undefined && liesIn(checkoutAround(realpathSync.native(outside)), folder)) return undefined;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return isPrivate(ours) && isPrivate(folder) ? folder : undefined;
  } catch {
    // A user without a home (of a container, by number), a disk that is full or read only, a working directory that is gone.
    return undefined;
  }
}

/** Also of what is yet to be made: its parents may be links. */
function realPathOf(path: string): string {
  if (existsSync(path)) return realpathSync.native(path);
  const parent = dirname(path);
  return parent === path ? path : join(realPathOf(parent), basename(path));
}

function checkoutAround(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (dirname(at) === at) return folder;
  }
}

function liesIn(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Windows has no owners by number; a user's profile is theirs alone there. */
function isPrivate(folder: string): boolean {
  const { uid, mode } = statSync(folder);
  return process.getuid === undefined || (uid === process.getuid() && (mode & WRITABLE_BY_OTHERS) === 0);
}
