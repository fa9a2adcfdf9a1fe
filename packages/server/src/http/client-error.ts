import type { Socket } from "node:net";
import type { App } from "./app-type.ts";
import { toProblem } from "./error-handler.ts";
import { ProblemError } from "./problem.ts";

const STATUS_LINES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

const DETAILS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "The headers are larger than this server takes. Send fewer or shorter ones.",
  ERR_HTTP_REQUEST_TIMEOUT: "The request did not arrive whole in time. Send it again.",
};

/** Answers what is not HTTP, too large a head, or too slow: there is no request yet, so it is written to the socket. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = error.code ?? "";
  const status = STATUS_LINES[code] ?? "400 Bad Request";
  const detail = DETAILS[code] ?? "The request is not HTTP as RFC 9112 has it. Check the client.";
  const problem = toProblem(new ProblemError("invalid-request", detail));
  const body = JSON.stringify({ ...problem, status: Number.parseInt(status, 10) });
  const head = [
    `HTTP/1.1 ${status}`,
    "Content-Type: application/problem+json",
    "X-Content-Type-Options: nosniff",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

/** Node would refuse a request that names no host with an empty answer. RFC 9112, section 3.2. */
export function refuseWithoutHost(app: App): void {
  app.addHook("onRequest", (request, reply, done) => {
    if (request.headers.host !== undefined || request.raw.httpVersion !== "1.1") return done();
    reply.header("connection", "close");
    done(new ProblemError("invalid-request", "The request names no host. Send the header Host, as HTTP/1.1 asks."));
  });
}
