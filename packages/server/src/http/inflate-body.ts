import { promisify } from "node:util";
import { gunzip, inflate } from "node:zlib";
import { ProblemError } from "./problem.ts";

const gunzipAsync = promisify(gunzip);
const inflateAsync = promisify(inflate);

/**
 * A request's body as its sender had it before compressing it.
 *
 * @param contentEncoding the header; absent or `identity`: the body as it is
 * @param maxBytes bound on the result: a bomb is stopped there, not after it filled the memory
 * @throws {ProblemError} `body-too-large`, `malformed-body`, or `media-type-unsupported` for any coding but gzip and deflate
 */
export async function inflateBody(
  contentEncoding: string | undefined,
  body: Buffer,
  maxBytes: number,
): Promise<Buffer> {
  const coding = (contentEncoding ?? "identity").trim().toLowerCase();
  if (coding === "identity" || coding === "") return body;
  if (coding !== "gzip" && coding !== "x-gzip" && coding !== "deflate") {
    throw new ProblemError(
      "media-type-unsupported",
      `The Content-Encoding "${coding.slice(0, 40)}" is not understood. Send gzip, deflate, or none.`,
    );
  }
  try {
    return await (coding === "deflate" ? inflateAsync : gunzipAsync)(body, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") {
      throw new ProblemError(
        "body-too-large",
        `The body is larger than ${maxBytes} bytes once unpacked. Send fewer items at once.`,
      );
    }
    const said = error instanceof Error ? error.message : "unknown error";
    throw new ProblemError("malformed-body", `The body is not ${coding}: ${said}. Send it whole, or uncompressed.`);
  }
}
