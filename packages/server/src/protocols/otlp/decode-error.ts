/** The body is not an OTLP trace request. `message` names where (a byte offset or a JSON path) and what is wrong. */
export class OtlpDecodeError extends Error {
  constructor(where: string, fault: string) {
    super(`${fault} at ${where}`);
    this.name = "OtlpDecodeError";
  }
}
