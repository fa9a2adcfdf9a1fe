import { answerOf, api } from "../api/client.ts";
import type { FlagDefinition, FlagState } from "../api/types.ts";

/**
 * Writes a whole definition over the version it was made from. The API leaves alone what is left out, so what the
 * definition does not have is said to be nothing.
 *
 * @throws {ApiProblem} `version-mismatch` when somebody wrote meanwhile
 */
export function writeDefinition(base: FlagState, definition: FlagDefinition, reason: string): Promise<FlagState> {
  const { state, variants, defaultVariant = null, targeting = null, metadata } = definition;
  const notes = metadata ?? (base.definition.metadata === undefined ? undefined : {});
  return answerOf(
    api.PUT("/api/v1/environments/{environment}/flags/{key}", {
      params: {
        path: { environment: base.environment, key: base.key },
        header: { "if-match": `"${base.version}"` },
      },
      body: { state, variants, defaultVariant, targeting, reason, ...(notes === undefined ? {} : { metadata: notes }) },
    }),
  );
}
