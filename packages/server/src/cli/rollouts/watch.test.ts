import { afterEach, describe, expect, it } from "vitest";
import { ROLLOUT, runCli, startAnswering } from "../cli.fixture.ts";
import { EXIT_CODES } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { runProgram } from "../program.ts";

let close = async (): Promise<void> => undefined;
afterEach(() => close());

/** A terminal whose interrupts are counted. */
function terminal(env: Io["env"]) {
  const seen = { exitCode: 0, listening: 0, stderr: "" };
  const io: Io = {
    stdout: { write: () => true, isTTY: true, columns: 100, rows: 40 },
    stderr: { write: (text) => (seen.stderr += text), isTTY: true, columns: 100 },
    env,
    nowMs: () => Date.parse("2026-11-21T12:00:00Z"),
    fetch: globalThis.fetch,
    ask: undefined,
    onInterrupt: () => {
      seen.listening += 1;
      return () => {
        seen.listening -= 1;
      };
    },
    setExitCode: (code) => {
      seen.exitCode = code;
    },
    exitNow: () => {},
  };
  return { io, seen };
}

describe("rollout watch", () => {
  // Goal: a mistyped id ends the command at once, not after --timeout.
  it("lets go of its timer and of Ctrl-C when there is nothing to watch", async () => {
    const server = await startAnswering(() => ({ status: 404, body: { code: "rollout-not-found", detail: "None." } }));
    close = server.close;
    const { io, seen } = terminal(server.env);

    await runProgram(["rollout", "watch", "rol_none", "--timeout", "10m"], io, {
      startServer: () => Promise.reject(new Error("not here")),
    });

    expect(seen).toMatchObject({ exitCode: EXIT_CODES.refused, listening: 0 });
    expect(seen.stderr).toContain("None.");
  });

  it("waits as long as it is told, and refuses a time that it cannot wait", async () => {
    const server = await startAnswering(() => (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`event: rollout\ndata: ${JSON.stringify(ROLLOUT)}\n\n`);
      // Later than a timer that overflowed.
      setTimeout(() => {
        response.end(`event: rollout\ndata: ${JSON.stringify({ ...ROLLOUT, state: "completed" })}\n\n`);
      }, 50);
    });
    close = server.close;

    const long = await runCli(["rollout", "watch", ROLLOUT.id, "--timeout", "24d"], server.env);
    const endless = await runCli(["rollout", "watch", ROLLOUT.id, "--timeout", "30d"], server.env);

    expect(long.exitCode).toBe(EXIT_CODES.ok);
    expect(endless).toMatchObject({ exitCode: EXIT_CODES.usage, stdout: "" });
    expect(endless.stderr).toContain("24d");
  });
});
