import { CliError } from "./cli-error.ts";

/**
 * Runs what works on a store or a file; what these refuse is told in its own sentence.
 *
 * @param missing the sentence for a path that is not there
 */
export async function sayRefusal<T>(missing: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof CliError) throw error;
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      throw new CliError(missing, { cause: error });
    throw new CliError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
