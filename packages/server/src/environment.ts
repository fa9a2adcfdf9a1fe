/** The environment of the process, for the command line: nothing else in the server reads it. A file of its own, because a command that needs no settings starts without them. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
