import type { Command } from "commander";
import type { Io } from "../io.ts";
import { parseInteger } from "../read-input.ts";

type DemoOptions = { readonly once?: true; readonly port: number };

export function addDemoCommand(program: Command, io: Io): void {
  program
    .command("demo")
    .description("a server, a shop and its users on this machine: one good rollout, two that take themselves back")
    .option("--once", "end after the third act: 0 when all ended as they should")
    .option("--port <number>", "the server's port, or the next free one", parseInteger(1, 65_535), 4400)
    .action(async (options: DemoOptions) => {
      const { runDemo } = await import("./run-demo.ts");
      await runDemo(io, { isOnce: options.once === true, port: options.port });
    });
}
