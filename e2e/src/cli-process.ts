import { type ChildOptions, startScript } from "./child-process.ts";
import { SERVER_MAIN } from "./server-process.ts";

export type CliResult = {
  readonly code: number | null;
  readonly stdout: string;
  /** stdout and stderr. */
  readonly log: string;
};

/** Runs `steadfast …` as a shell would, to its end. There is no terminal: it is a script's command. */
export async function runCli(args: readonly string[], options: ChildOptions = {}): Promise<CliResult> {
  const child = startScript(SERVER_MAIN, args, options);
  const { code } = await child.exited;
  return { code, stdout: child.stdout(), log: child.log() };
}

/** What `steadfast rollout replay --json` says. */
export type Replay = { readonly ticks: number; readonly decisions: number; readonly identical: boolean };

/** Judges a rollout's stored counts again, by the real command. @throws {Error} when it did not run */
export async function replay(url: string, token: string, rolloutId: string): Promise<Replay> {
  const env = { STEADFAST_URL: url, STEADFAST_TOKEN: token };
  const { log, stdout } = await runCli(["rollout", "replay", rolloutId, "--json"], { env });
  if (!stdout.startsWith("{")) throw new Error(`steadfast rollout replay: ${log}`);
  const result: Replay = JSON.parse(stdout);
  return result;
}
