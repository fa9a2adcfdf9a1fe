import { Command, Help, type Option } from "commander";
import type { BackupPrograms } from "./backup-command.ts";
import { CONNECTION_GROUP } from "./command.ts";
import { EXIT_CODE_MEANINGS } from "./exit-codes.ts";
import { type Io, processIo, widthOf } from "./io.ts";
import { reportError } from "./report-error.ts";
import type { StartServer } from "./serve-command.ts";
import type { TokenPrograms } from "./token-commands.ts";
import { VERSION } from "./version.ts";

/** What only the composition root can give. */
export type Programs = BackupPrograms & TokenPrograms & { readonly startServer: StartServer };

const NO_PROGRAMS: Programs = {
  startServer: withoutServer,
  keepBackup: withoutServer,
  backUpOffline: withoutServer,
  restoreOffline: withoutServer,
  createTokenOffline: withoutServer,
};

function withoutServer(): Promise<never> {
  return Promise.reject(new Error("this program was built without a server"));
}

type AddCommands = (program: Command, io: Io, programs: Programs) => void;
type CommandModule = {
  readonly group: string;
  readonly names: readonly string[];
  readonly load: () => Promise<AddCommands>;
};

/** In the order of the help. Each is loaded when it is called: reading the sources of all of them takes longer than most commands do. */
const COMMANDS: readonly CommandModule[] = [
  { group: "Server:", names: ["serve"], load: loadServe },
  { group: "Server:", names: ["demo"], load: async () => (await import("./demo/demo-command.ts")).addDemoCommand },
  {
    group: "Server:",
    names: ["backup", "restore"],
    load: async () => (await import("./backup-command.ts")).addBackupCommands,
  },
  { group: "Server:", names: ["login"], load: async () => (await import("./login-command.ts")).addLoginCommand },
  { group: "Work:", names: ["flag"], load: async () => (await import("./flags/flag-commands.ts")).addFlagCommands },
  {
    group: "Work:",
    names: ["rollout"],
    load: async () => (await import("./rollouts/rollout-commands.ts")).addRolloutCommands,
  },
  {
    group: "Work:",
    names: ["telemetry"],
    load: async () => (await import("./telemetry-command.ts")).addTelemetryCommand,
  },
  {
    group: "Work:",
    names: ["delivery"],
    load: async () => (await import("./delivery/delivery-command.ts")).addDeliveryCommands,
  },
  {
    group: "Work:",
    names: ["service"],
    load: async () => (await import("./service-commands.ts")).addServiceCommands,
  },
  { group: "Work:", names: ["source"], load: async () => (await import("./source-commands.ts")).addSourceCommands },
  { group: "Access:", names: ["token"], load: async () => (await import("./token-commands.ts")).addTokenCommands },
  {
    group: "Access:",
    names: ["environment"],
    load: async () => (await import("./environment-commands.ts")).addEnvironmentCommands,
  },
];

async function loadServe(): Promise<AddCommands> {
  const { addServeCommand } = await import("./serve-command.ts");
  return (program, io, { startServer }) => addServeCommand(program, io, startServer);
}

/**
 * The command line. Built without arguments it can be described (the generated reference page), not run.
 *
 * @param called the command that will run: built alone where it is known, else all are, for the help and for suggestions
 */
export async function buildProgram(
  io: Io = processIo({}),
  programs: Programs = NO_PROGRAMS,
  called?: string,
): Promise<Command> {
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
  const wanted = COMMANDS.filter(({ names }) => called !== undefined && names.includes(called));
  for (const { group, load } of wanted.length > 0 ? wanted : COMMANDS) {
    const addCommands = await load();
    program.commandsGroup(group);
    addCommands(program, io, programs);
  }
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
  const program = await buildProgram(io, { ...NO_PROGRAMS, ...programs }, args[0]);
  const isJson = args.includes("--json");
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    io.setExitCode(reportError(io, error, isJson));
  }
}
