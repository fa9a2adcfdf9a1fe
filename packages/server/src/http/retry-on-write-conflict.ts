import { ProblemError } from "./problem.ts";

/** A decision is pure, so it may be made again on what the other writer left. Three writers at once are rare. */
const ATTEMPTS_MAX = 5;

/** Runs again when somebody else wrote the same stream first. For writes without an expected version of the caller's. */
export async function retryOnWriteConflict<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const isConflict = error instanceof ProblemError && error.code === "write-conflict";
      if (!isConflict || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}
