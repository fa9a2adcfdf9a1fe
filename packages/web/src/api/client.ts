import createClient from "openapi-fetch";
import { ApiProblem, problemFromBody } from "./api-problem.ts";
import type { paths } from "./api-types.ts";

/**
 * The typed client. The session is an HttpOnly cookie, so nothing secret is held here; the header proves to the server
 * that this page made the request, since another origin cannot set it.
 */
export const api = createClient<paths>({ headers: { "x-steadfast-csrf": "1" }, credentials: "same-origin" });

/** Asked for by somebody who has no session yet: a refusal there ends none. */
const SIGN_IN_PATH = "/api/v1/session";

/** Calls `listener` whenever the server knows this page's session no more, whatever was asked. */
export function onSessionOver(listener: () => void): void {
  api.use({
    onResponse: ({ response, schemaPath }) => {
      if (response.status === 401 && schemaPath !== SIGN_IN_PATH) listener();
    },
  });
}

type Call<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

/**
 * Waits for a call and hands out its body.
 *
 * @throws {ApiProblem} when the server refused, or could not be reached
 */
export async function answerOf<T>(call: Call<T>): Promise<T> {
  const { data, error, response } = await reached(call);
  if (!response.ok || data === undefined) throw problemFromBody(error, response.status);
  return data;
}

/** Like `answerOf`, for calls that answer with no body. */
export async function doneBy(call: Call<unknown>): Promise<void> {
  const { error, response } = await reached(call);
  if (!response.ok) throw problemFromBody(error, response.status);
}

async function reached<T>(call: Call<T>): Call<T> {
  try {
    return await call;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiProblem(
      "unreachable",
      0,
      "The server could not be reached. Check that it runs and that this machine can reach it; this page tries again by itself.",
    );
  }
}
