import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const LAUNCH = join(import.meta.dirname, "launch.ts");

describe("compiled code", () => {
  let folder: string;
  let clone: string;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "steadfast-launch-")));
    clone = join(folder, "clone");
    for (const name of [".git", "below"]) mkdirSync(join(clone, name), { recursive: true });
    mkdirSync(join(folder, "tmp"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function launchIn(cwd: string, env: Readonly<Record<string, string>>): void {
    const all = { PATH: "/usr/bin:/bin", TMPDIR: join(folder, "tmp"), ...env };
    execFileSync(process.execPath, [LAUNCH, "--version"], { cwd, env: all, stdio: "pipe" });
  }

  it("is kept in the user's own folder", () => {
    launchIn(clone, { HOME: folder });

    expect(readdirSync(join(folder, ".cache", "steadfast", "compiled"))).not.toEqual([]);
  });

  // Node believes what lies there: a clone could bring code along.
  it.each([
    ["XDG_CACHE_HOME is relative", ".", { XDG_CACHE_HOME: ".cache" }],
    ["HOME is empty", ".", { HOME: "" }],
    ["XDG_CACHE_HOME lies below the working directory", ".", { XDG_CACHE_HOME: "<clone>/.cache" }],
    ["XDG_CACHE_HOME lies in the checkout around it", "below", { XDG_CACHE_HOME: "<clone>/.cache" }],
  ])("is neither kept in a clone nor taken from it where %s", (_, below, env) => {
    const given = Object.entries(env).map(([name, value]) => [name, value.replace("<clone>", clone)]);

    launchIn(join(clone, below), { HOME: folder, ...Object.fromEntries(given) });

    expect([readdirSync(clone).sort(), readdirSync(join(clone, "below"))]).toEqual([[".git", "below"], []]);
    expect([existsSync(join(folder, ".cache")), readdirSync(join(folder, "tmp"))]).toEqual([false, []]);
  });
});
