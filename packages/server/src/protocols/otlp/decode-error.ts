/** The body is not an OTLP trace request. `message` names where (a byte offset or a JSON path) and what is wrong. */
export class OtlpDecodeError extends Error {
  readonly #where: string;
  readonly #fault: string;

  constructor(where: string, fault: string) {
    super(`${fault} at ${where}`);
    this.name = "OtlpDecodeError";
    this.#where = where;
    this.#fault = fault;
  }

  /** The same fault, seen from further out: paths are put together where there is a fault, not for every span. */
  within(path: string): OtlpDecodeError {
    return new OtlpDecodeError(path + this.#where, this.#fault);
  }
}
