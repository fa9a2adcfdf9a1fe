import { Command, Help, type Option } from "commander";
import { addBackupCommands, type BackupPrograms } from "./backup-command.ts";
import { CONNECTION_GROUP } from "./command.ts";
import { addDeliveryCommands } from "./delivery/delivery-command.ts";
import { addDemoCommand } from "./demo/demo-command.ts";
import { addEnvironmentCommands } from "./environment-commands.ts";
import { EXIT_CODE_MEANINGS } from "./exit-codes.ts";
import { addFlagCommands } from "./flags/flag-commands.ts";
import { type Io, processIo, widthOf } from "./io.ts";
import { addLoginCommand } from "./login-command.ts";
import { reportError } from "./report-error.ts";
import { addRolloutCommands } from "./rollouts/rollout-commands.ts";
import { addServeCommand, type StartServer } from "./serve-command.ts";
import { addTelemetryCommand } from "./telemetry-command.ts";
import { addTokenCommands } from "./token-commands.ts";
import { VERSION } from "./version.ts";

/** What only the composition root can give. */
export type Programs = BackupPrograms & { readonly startServer: StartServer };

const NO_PROGRAMS: Programs = {
  startServer: withoutServer,
  keepBackup: withoutServer,
  backUpOffline: withoutServer,
  restoreOffline: withoutServer,
};

function withoutServer(): Promise<never> {
  return Promise.reject(new Error("this program was built without a server"));
}

/**
 * The whole command line. Built without arguments it can be described (the generated reference page), not run.
 */
export function buildProgram(io: Io = processIo({}), programs: Programs = NO_PROGRAMS): Command {
  const program = new Command("steadfast")
    .description("Guarded rollouts that take themselves back.")
    .version(VERSION)
    .configureHelp({
      visibleOptions: ownOptionsFirst,
      // Groups appear in the order of what is visible, not in that of declaration.
      groupItems: (_declared, visible, groupOf) => new Help().groupItems(visible, visible, groupOf),
    })
    .showHelpAfterError("(add --help for what there is)")
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHelpWidth: () => widthOf(io.stdout),
      getErrHelpWidth: () => widthOf(io.stderr),
    })
    .exitOverride();
  program.commandsGroup("Server:");
  addServeCommand(program, io, programs.startServer);
  addDemoCommand(program, io);
  addBackupCommands(program, io, programs);
  addLoginCommand(program, io);
  program.commandsGroup("Work:");
  addFlagCommands(program, io);
  addRolloutCommands(program, io);
  addTelemetryCommand(program, io);
  addDeliveryCommands(program, io);
  program.commandsGroup("Access:");
  addTokenCommands(program, io);
  addEnvironmentCommands(program, io);
  program.addHelpText("after", () => `\nExit codes:\n${exitCodeLines().join("\n")}`);
  return program;
}

function ownOptionsFirst(command: Command): Option[] {
  const options = new Help().visibleOptions(command);
  const isShared = (option: Option) => option.helpGroupHeading === CONNECTION_GROUP;
  return [...options.filter((option) => !isShared(option)), ...options.filter(isShared)];
}

export function exitCodeLines(): readonly string[] {
  return EXIT_CODE_MEANINGS.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`);
}

/**
 * Parses and runs one command line. Never throws: what went wrong is printed, and is the exit code.
 *
 * @param args without node and the script
 */
export async function runProgram(args: readonly string[], io: Io, programs: Partial<Programs>): Promise<void> {
  const program = buildProgram(io, { ...NO_PROGRAMS, ...programs });
  const isJson = args.includes("--json");
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    io.setExitCode(reportError(io, error, isJson));
  }
}
