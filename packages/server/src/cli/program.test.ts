import { mkdtemp, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ROLLOUT, runCli, startAnswering } from "./cli.fixture.ts";
import { EXIT_CODES } from "./exit-codes.ts";

const stop: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of stop.splice(0)) await close();
});

async function answering(...args: Parameters<typeof startAnswering>) {
  const server = await startAnswering(...args);
  stop.push(server.close);
  return server;
}

const problem = (status: number, code: string, detail: string) => ({
  status,
  body: {
    type: `urn:${code}`,
    title: "No",
    status,
    code,
    detail,
    faults: [{ path: "/stages/0", message: "too many" }],
  },
});
const STATE = {
  key: "a",
  environment: "production",
  version: 7,
  definition: { state: "ENABLED", variants: { on: true, off: false }, defaultVariant: "off" },
  updatedAt: "2026-11-21T11:59:00Z",
  updatedBy: { kind: "token", id: "tok_2", name: "Grace" },
  reason: "hotfix",
  rolloutId: null,
  warnings: [],
};

describe("exit codes", () => {
  it("is 2 for a command line that is not valid, and says what is missing", async () => {
    const unknown = await runCli(["flag", "create"]);
    const stage = await runCli(["rollout", "start", "a", "-c", "on", "-r", "x", "--stage", "1"], {
      STEADFAST_TOKEN: "t",
    });

    expect(unknown).toMatchObject({ exitCode: EXIT_CODES.usage, stdout: "" });
    expect(unknown.stderr).toContain("missing required argument 'key'");
    expect(stage.exitCode).toBe(EXIT_CODES.usage);
  });

  it("is 7 without a token, and says how to get one in", async () => {
    const run = await runCli(["flag", "list"]);

    expect(run.exitCode).toBe(EXIT_CODES.notSignedIn);
    expect(run.stderr).toContain("steadfast login --token");
  });

  it("is 6 when nothing listens at the address", async () => {
    const server = await startAnswering(() => ({ status: 200 }));
    await server.close();

    const run = await runCli(["flag", "list"], server.env);

    expect(run.exitCode).toBe(EXIT_CODES.unreachable);
    expect(run.stderr).toContain("nothing listens there");
  });

  it.each([
    [400, "invalid-request", EXIT_CODES.refused],
    [401, "token-invalid", EXIT_CODES.notSignedIn],
    [409, "flag-exists", EXIT_CODES.refused],
    [503, "storage-unavailable", EXIT_CODES.failure],
  ])("for a problem of status %d (%s) is its own", async (status, code, exitCode) => {
    const server = await answering(() => problem(status, code, "It cannot be."));

    const run = await runCli(["flag", "list"], server.env);

    expect(run).toMatchObject({ exitCode, stdout: "" });
    expect(run.stderr).toContain("It cannot be.");
    expect(run.stderr).toContain("/stages/0");
    expect(run.stderr).toContain(code);
  });

  it("is not told twice what is wrong, only where", async () => {
    const detail = "The definition has a fault: /stages/0 too many";
    const server = await answering(() => problem(422, "definition-invalid", detail));

    const { stderr } = await runCli(["flag", "list"], server.env);

    expect(stderr).toMatch(/\n +\/stages\/0\n/);
    expect(stderr.match(/too many/g)).toHaveLength(1);
  });

  it("is 3 when a watched rollout was rolled back, 0 when it completed", async () => {
    const states = { rol_back: "rolled-back", rol_done: "completed" };
    const server = await answering(({ path }) => (response) => {
      const id = path.includes("rol_back") ? "rol_back" : "rol_done";
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`: hello\n\nevent: rollout\ndata: ${JSON.stringify({ ...ROLLOUT, id })}\n\n`);
      response.end(`event: rollout\ndata: ${JSON.stringify({ ...ROLLOUT, id, state: states[id] })}\n\n`);
    });

    const back = await runCli(["rollout", "watch", "rol_back"], server.env);
    const done = await runCli(["rollout", "watch", "rol_done", "--json"], server.env);

    expect(back.exitCode).toBe(EXIT_CODES.rolledBack);
    expect(back.stdout.split("\n")[0]).toMatch(/running stage 2\/4 share 10 % wait: 3 of 1,204/);
    expect(done.exitCode).toBe(EXIT_CODES.ok);
    expect(
      done.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).state),
    ).toEqual(["running", "completed"]);
  });
});

describe("a token that no header can carry", () => {
  it.each([["flag", "list"], ["login"]])("is refused without repeating it (%s)", async (...command) => {
    const run = await runCli([...command, "--token", "sfd_one\nsfd_two"], { STEADFAST_URL: "http://127.0.0.1:4" });

    expect(run.exitCode).toBe(EXIT_CODES.usage);
    expect(run.stderr).toContain("token");
    expect(run.stderr).not.toContain("sfd_");
  });
});

describe("a list that is cut off", () => {
  it.each([
    ["rollout", "list"],
    ["flag", "history", "a"],
  ])("says so (%s %s)", async (...command) => {
    const server = await answering(() => ({ status: 200, body: { items: [], next: "more" } }));

    const run = await runCli([...command, "--limit", "1"], server.env);

    expect(run.stdout).toContain("There are more: raise --limit");
  });
});

describe("--json", () => {
  it("prints the API's answer and nothing else", async () => {
    const list = { items: [], next: null };
    const server = await answering(() => ({ status: 200, body: list }));

    const run = await runCli(["flag", "list", "--json"], server.env);

    expect(JSON.parse(run.stdout)).toEqual(list);
    expect(run.stderr).toBe("");
  });

  it("prints the problem to stderr, as JSON", async () => {
    const server = await answering(() => problem(404, "flag-not-found", "No such flag."));

    const run = await runCli(["flag", "show", "a", "--json"], server.env);

    expect(run.stdout).toBe("");
    expect(JSON.parse(run.stderr)).toMatchObject({ status: 404, code: "flag-not-found", detail: "No such flag." });
  });
});

describe("flag set", () => {
  it("sends the version it has read, and only what was asked for", async () => {
    const server = await answering(() => ({ status: 200, body: STATE }));

    const run = await runCli(["flag", "set", "a", "--default", "on", "-r", "go"], server.env);

    expect(run.exitCode).toBe(0);
    expect(server.received.map(({ method }) => method)).toEqual(["GET", "PUT"]);
    expect(server.received[1]?.headers["if-match"]).toBe('"7"');
    expect(server.received[1]?.body).toEqual({ defaultVariant: "on", reason: "go" });
  });

  it("names who changed the flag in between", async () => {
    const server = await answering(({ method }) =>
      method === "PUT" ? problem(412, "version-mismatch", "It has changed.") : { status: 200, body: STATE },
    );

    const run = await runCli(["flag", "set", "a", "--default", "on", "-r", "go", "--if-match", "6"], server.env);

    expect(run.exitCode).toBe(EXIT_CODES.refused);
    expect(run.stderr.replaceAll(/\s+/g, " ")).toContain("at version 7, not 6: Grace changed it 1 min ago (hotfix)");
  });

  it("asks for the reason where somebody can answer, and refuses where nobody can", async () => {
    const server = await answering(() => ({ status: 200, body: STATE }));

    const asked = await runCli(["flag", "off", "a"], server.env, "it burns");
    const alone = await runCli(["flag", "off", "a"], server.env);

    expect(asked.exitCode).toBe(0);
    expect(server.received[0]?.body).toEqual({ reason: "it burns" });
    expect(alone.exitCode).toBe(EXIT_CODES.usage);
    expect(server.received).toHaveLength(1);
  });
});

describe("a write", () => {
  it("is tried once more with the same idempotency key when the connection is lost", async () => {
    let count = 0;
    const server = await answering(() => {
      count += 1;
      return count === 1 ? (response) => response.destroy() : { status: 200, body: STATE };
    });

    const run = await runCli(["flag", "off", "a", "-r", "x"], server.env);

    expect(run.exitCode).toBe(0);
    expect(server.received).toHaveLength(2);
    expect(server.received[0]?.headers["idempotency-key"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(server.received[1]?.headers["idempotency-key"]).toBe(server.received[0]?.headers["idempotency-key"]);
  });
});

describe("login", () => {
  it("keeps the token for its owner only, and for its server only", async () => {
    const folder = await mkdtemp(join(tmpdir(), "steadfast-login-"));
    const me = { tokenId: "tok_1", name: "Ada", role: "admin", environment: null, via: "token" };
    const server = await answering(({ path }) => ({
      status: 200,
      body: path === "/api/v1/me" ? me : { items: [], next: null },
    }));
    const env = { XDG_CONFIG_HOME: folder };
    const url = server.env.STEADFAST_URL ?? "";

    const login = await runCli(["login", "--url", url, "--token", "secret"], env);
    const list = await runCli(["flag", "list"], env);
    const elsewhere = await runCli(["flag", "list", "--url", "http://127.0.0.1:4"], env);

    const path = join(folder, "steadfast", "cli.json");
    expect(login.exitCode).toBe(0);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({ url, token: "secret" });
    expect(list.exitCode).toBe(0);
    expect(server.received.at(-1)?.headers.authorization).toBe("Bearer secret");
    expect(elsewhere.exitCode).toBe(EXIT_CODES.notSignedIn);
  });
});

describe("--help", () => {
  it("documents the exit codes", async () => {
    const run = await runCli(["--help"]);

    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain("3  the rollout was rolled back");
  });
});
