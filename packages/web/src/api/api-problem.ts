/** What is wrong where: `path` is a JSON pointer into what was sent. */
export type ProblemFault = { readonly path: string; readonly message: string };

/** What the server refused, or that it could not be reached. `message` says what happened, why, and what to do. */
export class ApiProblem extends Error {
  /** The server's permanent code, or `unreachable`. */
  readonly code: string;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly faults: readonly ProblemFault[];

  constructor(code: string, status: number, detail: string, faults: readonly ProblemFault[] = []) {
    super(detail);
    this.name = "ApiProblem";
    this.code = code;
    this.status = status;
    this.faults = faults;
  }
}

/** Whether asking again may help without anybody changing anything. */
export function isTransient(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 0 || error.status === 429 || error.status >= 502);
}

/** Reads a problem+json body; a body that is none (a proxy's page, say) still becomes an `ApiProblem`. */
export function problemFromBody(body: unknown, status: number): ApiProblem {
  const code = textField(body, "code") ?? `http-${status}`;
  const detail = textField(body, "detail") ?? textField(body, "title");
  return new ApiProblem(
    code,
    status,
    detail ?? `The server answered ${status} without saying why. Try again.`,
    faultsOf(body),
  );
}

function faultsOf(body: unknown): readonly ProblemFault[] {
  const faults: unknown = typeof body === "object" && body !== null ? Reflect.get(body, "faults") : undefined;
  if (!Array.isArray(faults)) return [];
  return faults.flatMap((fault: unknown) => {
    const [path, message] = [textField(fault, "path"), textField(fault, "message")];
    return message === undefined ? [] : [{ path: path ?? "", message }];
  });
}

function textField(body: unknown, name: "code" | "detail" | "title" | "path" | "message"): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const value: unknown = Reflect.get(body, name);
  return typeof value === "string" && value !== "" ? value : undefined;
}
