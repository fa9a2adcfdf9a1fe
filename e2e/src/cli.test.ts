import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CreatedToken, createToken, type Flag, type FlagState, type Problem, type Rollout } from "./api.ts";
import { startProgram } from "./child-process.ts";
import { type CliResult, runCli } from "./cli-process.ts";
import { createFlag, LONG_STAGES, SHORT_STAGES, untilJudged } from "./guarded-rollout.ts";
import { startTelemetryLoad } from "./load.ts";
import { ADMIN_TOKEN, SERVER_MAIN, type ServerProcess, startServer } from "./server-process.ts";

const GUARD = '{"signals":[{"name":"errors","kind":"failure-rate","source":"spans"}]}';

let server: ServerProcess;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "steadfast-e2e-"));
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** As somebody who is signed in. */
const steadfast = (...args: string[]): Promise<CliResult> =>
  runCli(args, {
    env: { STEADFAST_URL: server.url, STEADFAST_TOKEN: ADMIN_TOKEN, XDG_CONFIG_HOME: folder, NO_COLOR: "1" },
  });

/** The JSON of a command that must succeed. */
async function json<T>(...args: string[]): Promise<T> {
  const { code, log, stdout } = await steadfast(...args, "--json");
  expect([code, code === 0 ? "" : log]).toEqual([0, ""]);
  const parsed: T = JSON.parse(stdout);
  return parsed;
}

/** What a command that must fail says on stderr. */
async function refused(code: number, ...args: string[]): Promise<string> {
  const result = await steadfast(...args);
  expect([result.code, result.stdout]).toEqual([code, ""]);
  return result.log;
}

type List<T> = { readonly items: readonly T[] };

describe.concurrent("steadfast flag", () => {
  it("creates, lists, shows, sets, switches off and restores", async () => {
    const created = await json<Flag>(
      "flag",
      "create",
      "cart",
      "--description",
      "a cart",
      "--owner",
      "shop",
      "--variants",
      "big=20",
      "--variants",
      "small=5",
      "--default",
      "small",
    );
    expect(created).toMatchObject({
      key: "cart",
      environments: { production: { definition: { variants: { big: 20, small: 5 } } } },
    });
    expect((await json<List<Flag>>("flag", "list", "--search", "cart")).items).toMatchObject([{ key: "cart" }]);
    expect(await json<Flag>("flag", "show", "cart")).toMatchObject({ owner: "shop" });

    const targeting = '{"if":[{"==":[{"var":"plan"},"gold"]},"big",null]}';
    const set = await json<FlagState>(
      "flag",
      "set",
      "cart",
      "--targeting",
      targeting,
      "--default",
      "big",
      "-r",
      "gold first",
    );
    expect(set).toMatchObject({ version: 2, definition: { defaultVariant: "big", targeting: JSON.parse(targeting) } });
    expect(await json<FlagState>("flag", "off", "cart", "-r", "it breaks")).toMatchObject({
      definition: { state: "DISABLED" },
    });
    expect(await json<FlagState>("flag", "restore", "cart", "2", "-r", "mended")).toMatchObject({
      version: 4,
      definition: { state: "ENABLED" },
    });

    const history = await json<List<{ version: number; reason: string | null }>>("flag", "history", "cart");
    expect(history.items.map(({ version, reason }) => [version, reason])).toEqual([
      [4, "mended"],
      [3, "it breaks"],
      [2, "gold first"],
      [1, null],
    ]);
    const shown = (await steadfast("flag", "history", "cart")).stdout;
    for (const word of ["mended", "it breaks", "gold first", "steadfast flag restore cart"])
      expect(shown).toContain(word);
  });

  it("says what is wrong and what to do when it is refused", async () => {
    await createFlag(server.api, "taken");

    expect(await refused(4, "flag", "show", "unheard-of")).toMatch(/steadfast flag list.*flag-not-found/s);
    expect(await refused(4, "flag", "create", "taken")).toContain("flag-exists");
    expect(await refused(4, "flag", "set", "taken", "--default", "perhaps", "-r", "?")).toMatch(/\/defaultVariant/);
    expect(await refused(2, "flag", "set", "taken", "--default", "on")).toContain("--reason");
    expect(await refused(2, "flag", "set", "taken", "-r", "why")).toContain("nothing to change");
    expect(await refused(2, "flag", "frobnicate")).toContain("frobnicate");
    const conflict = ["flag", "set", "taken", "--default", "on", "--if-match", "7", "-r", "late"];
    expect(await refused(4, ...conflict)).toMatch(/at version 1, not 7.*steadfast flag history taken/s);
    const { code, log } = await steadfast("flag", "show", "unheard-of", "--json");
    const problem: Problem = JSON.parse(log);
    expect([code, problem.status, problem.code]).toEqual([4, 404, "flag-not-found"]);
  });
});

describe.concurrent("steadfast rollout", () => {
  const start = (flag: string, stages: object, ...more: string[]) => [
    "rollout",
    "start",
    flag,
    "-c",
    "on",
    "-r",
    "a journey",
    "--guard",
    GUARD,
    "--stages",
    JSON.stringify(stages),
    ...more,
  ];

  it("watches a good candidate to the end where there is no terminal, and ends with 0", async () => {
    await createFlag(server.api, "cli-good");
    const load = await startTelemetryLoad(server.api, { flag: "cli-good" });

    const watched = await steadfast(...start("cli-good", SHORT_STAGES, "--watch"));
    await load.stop();

    expect(watched.code).toBe(0);
    // Who looks late misses the first stages: what was seen only ever grew, to everybody.
    const shares = [...watched.stdout.matchAll(/ share (\d+) %/g)].map(([, percent]) => Number(percent));
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(100);
    expect(watched.stdout).toContain("Completed");
    // Plain lines: nothing is redrawn in a log.
    expect(watched.stdout).not.toContain("\u001b");
    const [rollout] = (await json<List<Rollout>>("rollout", "list", "--flag", "cli-good")).items;
    const replayed = await steadfast("rollout", "replay", rollout?.id ?? "");
    expect([replayed.code, replayed.stdout]).toEqual([0, expect.stringMatching(/ticks, \d+ decisions: identical/)]);
    expect(await json("rollout", "replay", rollout?.id ?? "")).toMatchObject({ identical: true, difference: null });
  });

  it("ends with 3 when the candidate is taken back, each line of --json a rollout", async () => {
    await createFlag(server.api, "cli-bad");
    const load = await startTelemetryLoad(server.api, { flag: "cli-bad", behaviour: { on: { failureRate: 0.6 } } });
    const { id } = await json<Rollout>(...start("cli-bad", SHORT_STAGES));

    const watched = await steadfast("rollout", "watch", id, "--json");
    await load.stop();

    const lines = watched.stdout.trimEnd().split("\n");
    const states = lines.map((line): Rollout["state"] => JSON.parse(line).state);
    expect([watched.code, states.at(-1)]).toEqual([3, "rolled-back"]);
    const refusal = await refused(4, ...start("cli-bad", SHORT_STAGES));
    expect(refusal).toMatch(/candidate-cooling-down.*--despite-rollback/s);
  });

  it("pauses, resumes, advances and rolls back, and shows where it stands", async () => {
    await createFlag(server.api, "cli-hand");
    const { id } = await json<Rollout>(...start("cli-hand", LONG_STAGES));
    await untilJudged(server.api, id);

    expect(await json("rollout", "pause", id, "-r", "lunch")).toMatchObject({ state: "paused" });
    expect(await refused(4, "rollout", "advance", id, "-r", "go on")).toMatch(/rollout-state-conflict|resume it first/);
    expect(await json("rollout", "resume", id, "-r", "back")).toMatchObject({ state: "running" });
    expect(await refused(4, "rollout", "advance", id)).toContain("evidence-missing");
    expect(await json("rollout", "advance", id, "-r", "we looked")).toMatchObject({ stage: 2, share: 0.1 });
    expect((await json<List<Rollout>>("rollout", "list", "--active", "--flag", "cli-hand")).items).toMatchObject([
      { id },
    ]);
    const timedOut = await steadfast("rollout", "watch", id, "--timeout", "1s");
    expect([timedOut.code, timedOut.stdout]).toEqual([8, expect.stringContaining("Not done within")]);
    expect(await json("rollout", "roll-back", id, "-r", "enough")).toMatchObject({ state: "rolled-back" });

    expect(await json("rollout", "show", id)).toMatchObject({ id, state: "rolled-back" });
    const shown = (await steadfast("rollout", "show", id)).stdout;
    expect(shown).toContain("cli-hand");
    expect(shown).toContain("enough");
    expect(await refused(4, "rollout", "show", "rol_nothing")).toMatch(/rollout\s+list\..*rollout-not-found/s);
    expect(await refused(2, "rollout", "start", "cli-hand", "-c", "on", "-r", "?", "--stage", "one")).toContain("1%");
  });

  it("reads stages as people write them", async () => {
    await createFlag(server.api, "cli-words");

    const rollout = await json<Rollout>(
      "rollout",
      "start",
      "cli-words",
      "-c",
      "on",
      "-r",
      "words",
      "--stage",
      "5%,+10pp,1h",
      "--stage",
      "100%",
      "--source",
      "observations",
      "--mode",
      "dry-run",
      "--on-regression",
      "freeze",
    );

    expect(rollout).toMatchObject({
      stages: [{ share: 0.05, catches: { failureRate: 0.1 }, minSeconds: 3_600 }, { share: 1 }],
      mode: "dry-run",
      onRegression: "freeze",
    });
    expect(rollout.guard.signals.map(({ source }) => source)).toEqual(["observations", "observations"]);
  });
});

describe.concurrent("steadfast token and environment", () => {
  it("makes a token that works until it is revoked", async () => {
    const created = await json<CreatedToken>(
      "token",
      "create",
      "--name",
      "a shop",
      "--role",
      "client",
      "-e",
      "production",
    );
    const me = () => server.api.as(created.token).request("GET", "/api/v1/me");
    expect(await me()).toMatchObject({ status: 200, body: { role: "client", environment: "production" } });
    expect(JSON.stringify(await json("token", "list"))).not.toContain(created.token);
    expect((await steadfast("token", "list")).stdout).toContain("a shop");

    const revoked = await steadfast("token", "revoke", created.id);

    expect([revoked.code, revoked.stdout]).toEqual([0, expect.stringContaining("is revoked")]);
    expect(await me()).toMatchObject({ status: 401 });
    expect(await refused(2, "token", "create", "--name", "x", "--role", "king")).toContain("king");
  });

  it("makes an environment with the flags of another", async () => {
    await createFlag(server.api, "copied");

    expect(await json("environment", "create", "canary", "--name", "Canary", "-r", "a place to try")).toMatchObject({
      key: "canary",
    });

    const keys = (await json<List<{ key: string }>>("environment", "list")).items.map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(["production", "staging", "canary"]));
    expect(await json<Flag>("flag", "show", "copied")).toMatchObject({ environments: { canary: { version: 1 } } });
    expect(await refused(4, "environment", "create", "canary")).toContain("environment-exists");
  });
});

describe.concurrent("a reader that goes away", () => {
  it("ends a command without a word, as with head", async () => {
    const command = `'${process.execPath}' --disable-warning=ExperimentalWarning '${fileURLToPath(SERVER_MAIN)}' rollout watch --help; echo "code $?" >&2`;
    const child = startProgram("sh", ["-c", `{ ${command}; } | true`]);
    await child.exited;

    expect(child.log().trim()).toMatch(/^code (0|141)$/);
  });
});

describe.concurrent("signing in", () => {
  it("keeps the token for its owner alone, and uses it from then on", async () => {
    const home = join(folder, "home");
    const env = { XDG_CONFIG_HOME: home };

    const login = await runCli(["login", "--url", server.url, "--token", ADMIN_TOKEN], { env });

    expect([login.code, login.stdout]).toEqual([0, expect.stringContaining("first admin")]);
    const file = join(home, "steadfast", "cli.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ url: server.url });
    expect((await runCli(["environment", "list", "--json"], { env })).code).toBe(0);
  });

  it("is asked for where it is missing or wrong, with 7", async () => {
    const env = { XDG_CONFIG_HOME: join(folder, "nobody"), STEADFAST_URL: server.url };
    const viewer = await createToken(server.api, "viewer", null);

    const missing = await runCli(["flag", "list"], { env });
    expect([missing.code, missing.log]).toEqual([7, expect.stringContaining("steadfast login --token")]);
    const wrong = await runCli(["flag", "list", "--token", "wrong"], { env });
    expect([wrong.code, wrong.log]).toEqual([7, expect.stringContaining("token-invalid")]);
    const weak = await runCli(["flag", "create", "weak", "--token", viewer.token], { env });
    expect([weak.code, weak.log]).toEqual([4, expect.stringContaining("role-insufficient")]);
  });

  it("fails with 6, and says where it looked, when nothing listens there", async () => {
    const result = await runCli(["flag", "list", "--url", "http://127.0.0.1:9", "--token", "any"]);

    expect([result.code, result.stdout]).toEqual([6, ""]);
    expect(result.log).toMatch(/127\.0\.0\.1:9 .*steadfast serve/s);
  });
});
