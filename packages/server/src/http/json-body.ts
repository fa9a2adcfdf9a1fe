import type { App } from "./app-type.ts";
import { JSON_DEPTH_MAX } from "./limits.ts";
import { ProblemError } from "./problem.ts";

/**
 * Refuses, before a schema looks, what recursion or a store cannot take: JSON nested deeper than `JSON_DEPTH_MAX`,
 * and the NUL character, which PostgreSQL cannot hold.
 */
export function checkBodies(app: App): void {
  // Without a promise: this is in the way of every evaluation.
  app.addHook("preValidation", (request, _reply, done) => {
    checkJson(request.body);
    done();
  });
}

/** Level by level, so that depth costs no stack. */
export function checkJson(root: unknown): void {
  let level: object[] = typeof root === "object" && root !== null ? [root] : [];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > JSON_DEPTH_MAX) {
      throw new ProblemError(
        "invalid-request",
        `The body is nested deeper than ${JSON_DEPTH_MAX} levels. Flatten it and send it again.`,
      );
    }
    const next: object[] = [];
    for (const node of level) {
      if (Buffer.isBuffer(node)) continue;
      if (!Array.isArray(node) && Object.keys(node).some((key) => key.includes("\0"))) throw nulCharacter();
      // The values of an array without its indices: these would be a string each, and there may be millions.
      for (const value of Array.isArray(node) ? node : Object.values(node)) {
        if (typeof value === "object" && value !== null) next.push(value);
        if (typeof value === "string" && value.includes("\0")) throw nulCharacter();
      }
    }
    level = next;
  }
}

function nulCharacter(): ProblemError {
  return new ProblemError("invalid-request", "A text in the body holds the NUL character (\\u0000). Remove it.");
}
