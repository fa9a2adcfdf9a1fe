import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cacheFolder } from "./cache-folder.ts";

describe("the cache folder", () => {
  let folder: string;
  let clone: string;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "steadfast-cache-folder-")));
    clone = join(folder, "clone");
    mkdirSync(join(clone, ".git"), { recursive: true });
    mkdirSync(join(clone, "below"));
  });

  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is made for its user alone, with the folders around it", () => {
    const made = cacheFolder({ XDG_CACHE_HOME: join(folder, "cache") }, "history", clone);

    expect(made).toBe(join(folder, "cache", "steadfast", "history"));
    for (const part of ["cache", "cache/steadfast", "cache/steadfast/history"])
      expect(statSync(join(folder, part)).mode & 0o777).toBe(0o700);
  });

  it("is in the home folder where nothing else is said", () => {
    vi.stubEnv("HOME", folder);

    expect(cacheFolder({}, "history")).toBe(join(folder, ".cache", "steadfast", "history"));
    expect(cacheFolder({ XDG_CACHE_HOME: "" }, "history")).toBe(join(folder, ".cache", "steadfast", "history"));
  });

  it.each(["", "home", "."])("is none where the home folder is %j", (home) => {
    vi.stubEnv("HOME", home);

    expect(cacheFolder({}, "compiled")).toBeUndefined();
  });

  it.each(["cache", "./cache", "../cache"])("is none where it is named by the relative path %s", (given) => {
    expect(cacheFolder({ XDG_CACHE_HOME: given }, "compiled")).toBeUndefined();
    expect(existsSync(given)).toBe(false);
  });

  // A clone's files came from elsewhere: what lies among them is not what an earlier run kept.
  it.each([
    ["at its root", "clone", "clone"],
    ["below it", "clone/.cache", "clone"],
    ["beside the folder in it that is meant", "clone/.cache", "clone/below"],
    ["through a link", "link/.cache", "clone"],
    ["and the folder that is meant is a link to it", "clone/.cache", "link/below"],
    ["or in a folder that is none", "plain/.cache", "plain"],
  ])("is none in a checkout: %s", (_, given, outside) => {
    symlinkSync(clone, join(folder, "link"));
    mkdirSync(join(folder, "plain"));

    expect(cacheFolder({ XDG_CACHE_HOME: join(folder, given) }, "compiled", join(folder, outside))).toBeUndefined();
    expect(readdirSync(clone).sort()).toEqual([".git", "below"]);
    expect(readdirSync(join(folder, "plain"))).toEqual([]);
  });

  it("may lie beside a checkout and be named alike, but not in it under a name of two dots", () => {
    const given = join(clone, "..cache");

    expect(cacheFolder({ XDG_CACHE_HOME: `${clone}-cache` }, "history", clone)).toContain("clone-cache");
    expect(cacheFolder({ XDG_CACHE_HOME: given }, "history", clone)).toBeUndefined();
  });

  it("is none where it belongs to another user", () => {
    const env = { XDG_CACHE_HOME: join(folder, "cache") };
    const { uid } = statSync(folder);
    const before = cacheFolder(env, "history");
    vi.spyOn(process, "getuid").mockReturnValue(uid + 1);

    expect([before === undefined, cacheFolder(env, "history")]).toEqual([false, undefined]);
  });

  it.each(["cache/steadfast", "cache/steadfast/history"])("is none where others may write in %s", (part) => {
    const env = { XDG_CACHE_HOME: join(folder, "cache") };
    const before = cacheFolder(env, "history");
    chmodSync(join(folder, part), 0o777);

    expect([before === undefined, cacheFolder(env, "history")]).toEqual([false, undefined]);
  });

  it("is none where it cannot be made", () => {
    expect(cacheFolder({ XDG_CACHE_HOME: "/dev/null" }, "history")).toBeUndefined();
    expect(cacheFolder({ XDG_CACHE_HOME: join(folder, "cache") }, "history", join(folder, "gone"))).toBeUndefined();
  });
});
