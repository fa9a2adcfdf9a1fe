import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemBody } from "./http/http.fixture.ts";
import { HEADER_BYTES_MAX } from "./http/limits.ts";
import { openTestNode, TEST_ADMIN_TOKEN } from "./node.fixture.ts";
import { sayRaw, statusesOf } from "./raw-http.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "steadfast-hostile-"));
let node: Awaited<ReturnType<typeof openTestNode>>;
let port: number;
let url: string;

beforeAll(async () => {
  node = await openTestNode({ kind: "sqlite", dataDir: folder });
  url = await node.node.app.listen({ host: "127.0.0.1", port: 0 });
  port = Number(new URL(url).port);
  await node.ask("POST", "/api/v1/flags", { key: "f" });
});
afterAll(async () => {
  await node.close();
  rmSync(folder, { recursive: true, force: true });
});

const AUTHORIZATION = `Authorization: Bearer ${TEST_ADMIN_TOKEN}`;
const lines = (...given: string[]) => `${given.join("\r\n")}\r\n`;
const post = (...headers: string[]) =>
  lines("POST /api/v1/tokens HTTP/1.1", "Host: x", AUTHORIZATION, "Content-Type: application/json", ...headers, "");
/** What would be smuggled: seen as a request of its own it would be answered, by an admin's token. */
const SMUGGLED = lines("DELETE /api/v1/environments/production HTTP/1.1", "Host: x", AUTHORIZATION, "");

describe("malformed framing", () => {
  it.each([
    ["both lengths", `${post("Content-Length: 5", "Transfer-Encoding: chunked")}0\r\n\r\n`],
    ["both lengths, the other way", `${post("Transfer-Encoding: chunked", "Content-Length: 5")}0\r\n\r\n`],
    ["two different lengths", post("Content-Length: 5", "Content-Length: 0")],
    ["two equal lengths", post("Content-Length: 0", "Content-Length: 0")],
    ["a list of lengths", post("Content-Length: 0, 5")],
    ["a length with a sign", post("Content-Length: +5")],
    ["a negative length", post("Content-Length: -1")],
    ["a length in hexadecimal", post("Content-Length: 0x5")],
    ["a length past 64 bits", post("Content-Length: 99999999999999999999")],
    ["a coding that is none", post("Transfer-Encoding: xchunked")],
    ["chunked, but not last", post("Transfer-Encoding: chunked, identity")],
    ["chunked twice", post("Transfer-Encoding: chunked", "Transfer-Encoding: identity")],
    ["a coding behind a tab", post("Transfer-Encoding:\tchunked, identity")],
    ["a folded header", post("X-Folded: a", " Transfer-Encoding: chunked")],
    ["a space before the colon", post("Content-Length : 5")],
    ["a space before the name", post(" Content-Length: 5")],
    ["a bare line feed between headers", "POST /api/v1/tokens HTTP/1.1\nHost: x\nContent-Length: 5\n\n"],
    ["a bare carriage return in a value", post("X-A: a\rTransfer-Encoding: chunked")],
    ["a null byte in a value", post("X-A: a\u0000b")],
    ["a null byte in a name", post("X-\u0000A: b")],
    ["a chunk size that is none", `${post("Transfer-Encoding: chunked")}zz\r\n{}\r\n0\r\n\r\n`],
    ["a chunk size with a sign", `${post("Transfer-Encoding: chunked")}+2\r\n{}\r\n0\r\n\r\n`],
    ["a chunk size past 64 bits", `${post("Transfer-Encoding: chunked")}fffffffffffffffff\r\n{}\r\n0\r\n\r\n`],
    ["a chunk longer than it says", `${post("Transfer-Encoding: chunked")}1\r\n{}\r\n0\r\n\r\n`],
    ["a chunk ended by a line feed", `${post("Transfer-Encoding: chunked")}2\n{}\n0\n\n`],
    ["no host", lines("GET /api/v1/me HTTP/1.1", AUTHORIZATION, "")],
    ["a version that is none", lines("GET /api/v1/me HTTP/9.9", "Host: x", AUTHORIZATION, "")],
    ["HTTP/0.9", lines("GET /api/v1/me", "")],
    ["HTTP/2 without asking", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["TLS on a plain port", Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00]).toString("latin1")],
    ["a method that is none", lines("GE\u0001T / HTTP/1.1", "Host: x", "")],
    ["a line break in the path", "GET /a\r\nb HTTP/1.1\r\nHost: x\r\n\r\n"],
  ])(
    "is refused and the connection closed, so that nothing behind it is read as a request: %s",
    async (_name, head) => {
      const answer = await sayRaw(port, Buffer.from(head + SMUGGLED, "latin1"));

      expect(statusesOf(answer)).toEqual([400]);
      expect(problemBody.parse(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).code).toMatch(
        /^(invalid-request|malformed-body)$/,
      );
      expect(answer).toMatch(/connection: close/i);
    },
  );

  it("finds the second of two good requests on one connection, and only that", async () => {
    const get = lines("GET /healthz HTTP/1.1", "Host: x", "");
    const last = lines("GET /healthz HTTP/1.1", "Host: x", "Connection: close", "");

    expect(statusesOf(await sayRaw(port, get + last))).toEqual([200, 200]);
  });

  it("reads a body by its length, also when it looks like a request", async () => {
    const body = JSON.stringify({ token: "x" }).padEnd(40) + SMUGGLED;
    const head = lines(
      "POST /api/v1/session HTTP/1.1",
      "Host: x",
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "Connection: close",
      "",
    );

    expect(statusesOf(await sayRaw(port, head + body))).toEqual([400]);
  });
});

describe("headers", () => {
  const get = (...headers: string[]) =>
    sayRaw(
      port,
      Buffer.from(lines("GET /api/v1/me HTTP/1.1", "Host: x", "Connection: close", ...headers, ""), "latin1"),
    );

  it("larger than the bound are refused, in one or in many", async () => {
    const one = await get(`X-A: ${"a".repeat(HEADER_BYTES_MAX)}`);
    const many = await get(...Array.from({ length: HEADER_BYTES_MAX / 8 }, (_, index) => `X-${index}: a`));
    const path = await sayRaw(port, `GET /${"a".repeat(HEADER_BYTES_MAX)} HTTP/1.1\r\nHost: x\r\n\r\n`);

    for (const answer of [one, many, path]) {
      expect(statusesOf(answer)).toEqual([431]);
      problemBody.parse(JSON.parse(answer.split("\r\n\r\n")[1] ?? ""));
    }
  });

  it("by the thousand, each small, hide no token behind them", async () => {
    const hidden = await get(...Array.from({ length: 1_500 }, () => "A: b"), AUTHORIZATION);

    expect([401, 431, 200]).toContain(statusesOf(hidden)[0]);
    expect(statusesOf(hidden)).toHaveLength(1);
  });

  it.each([
    ["two tokens, the first counts for nothing by the second", ["Authorization: Bearer wrong", AUTHORIZATION], 401],
    ["a token with a second one in its line", [`${AUTHORIZATION}, Bearer other`], 401],
    ["a token and a key: the token counts", [AUTHORIZATION, "X-API-Key: wrong"], 200],
    ["a wrong token and a right key", ["Authorization: Bearer wrong", `X-API-Key: ${TEST_ADMIN_TOKEN}`], 401],
    ["an empty token and a right key", ["Authorization:", `X-API-Key: ${TEST_ADMIN_TOKEN}`], 401],
    ["two keys", [`X-API-Key: ${TEST_ADMIN_TOKEN}`, "X-API-Key: wrong"], 401],
    ["bytes above ASCII", ["Authorization: Bearer \u00e4\u00ff"], 401],
    ["a method of its own by header", [AUTHORIZATION, "X-HTTP-Method-Override: DELETE"], 200],
    ["another path by header", ["X-Original-URL: /healthz", "X-Rewrite-URL: /healthz"], 401],
    ["another address by header", ["X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1"], 401],
    ["a host that is none", [AUTHORIZATION, "X-Forwarded-Host: evil.example"], 200],
  ])("are taken by one rule: %s", async (_name, headers, status) => {
    expect(statusesOf(await get(...headers))).toEqual([status]);
  });

  it("never come back: nothing of a request stands in an answer's head", async () => {
    const answer = await get("X-Marked: marked-by-the-test", AUTHORIZATION, "Origin: https://evil.example");

    const [head = ""] = answer.split("\r\n\r\n");
    expect(head).not.toMatch(/marked|evil|access-control/i);
  });
});

describe("the address", () => {
  const status = async (path: string, headers: string[] = []) => {
    const answer = await sayRaw(port, lines(`GET ${path} HTTP/1.1`, "Host: x", "Connection: close", ...headers, ""));
    return statusesOf(answer)[0];
  };

  it.each([
    "/api/v1/tokens/",
    "//api/v1/tokens",
    "/api//v1/tokens",
    "/API/v1/tokens",
    "/api/v1/tokens;x",
    "/api/v1/tokens/..",
    "/healthz/../api/v1/tokens",
    "/healthz/..%2fapi/v1/tokens",
    "/healthz%2f..%2fapi%2fv1%2ftokens",
    "/./api/v1/tokens",
    "/%61pi/v1/tokens",
    "/api/v1/%74okens",
    "/api/v1/tokens%00",
    "/api/v1/tokens%20",
    "/api/v1/tokens?x=/healthz",
    "/api/v1/tokens#/healthz",
    "/api/v1\\tokens",
    "http://x/api/v1/tokens",
    "/api/v1/environments/production%2fflags/f",
    "/api/v1/environments/production/flags/..%2f..%2fstaging%2fflags%2ff",
  ])("written otherwise leads to no answer without a token: %s", async (path) => {
    const answer = await sayRaw(port, lines(`GET ${path} HTTP/1.1`, "Host: x", "Connection: close", ""));

    const [, body = ""] = answer.split("\r\n\r\n");
    const isPage = statusesOf(answer)[0] === 200 && body.toLowerCase().startsWith("<!doctype html>");
    expect(isPage || [400, 401, 404, 405].includes(statusesOf(answer)[0] ?? 0), answer.slice(0, 300)).toBe(true);
    expect(body).not.toContain("first admin");
  });

  it.each([
    "/../../../../etc/passwd",
    "/..%2f..%2f..%2fetc%2fpasswd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/assets/..%2f..%2f..%2fpackage.json",
    "/assets/%2e%2e/%2e%2e/package.json",
    "/assets/..%5c..%5cpackage.json",
    "/assets/....//....//package.json",
    "/assets/%00",
    "/assets//etc/passwd",
    "/.git/config",
    "/package.json",
    "/index.html%00.js",
  ])("leads to no file but the dashboard's: %s", async (path) => {
    const answer = await sayRaw(port, lines(`GET ${path} HTTP/1.1`, "Host: x", "Connection: close", ""));

    expect(answer).not.toMatch(/root:|"dependencies"|\[core\]/);
    const isPage = /^HTTP\/1\.1 200 [\s\S]*content-type: text\/html/i.test(answer);
    expect(isPage || [400, 403, 404].includes(statusesOf(answer)[0] ?? 0), answer.slice(0, 300)).toBe(true);
  });

  it.each(["TRACE", "CONNECT", "OPTIONS", "PROPFIND", "PURGE", "PATCH"])(
    "answers %s with no more than a refusal",
    async (method) => {
      const answer = await sayRaw(
        port,
        lines(`${method} /api/v1/tokens HTTP/1.1`, "Host: x", "Cookie: marked", AUTHORIZATION, "Connection: close", ""),
      );

      expect(statusesOf(answer).every((code) => code >= 400)).toBe(true);
      expect(answer).not.toContain("marked");
    },
  );

  it("with a key in any writing is the same key, or none", async () => {
    const read = (key: string) => status(`/api/v1/environments/production/flags/${key}`, [AUTHORIZATION]);

    expect(await read("f")).toBe(200);
    expect(await read("%66")).toBe(200);
    for (const key of ["F", "f%00", "f%2f", "f%20", "%2566", "f;x", "f%0d%0aX-Injected:%20yes"]) {
      expect([400, 404], key).toContain(await read(key));
    }
  });
});

describe("every answer", () => {
  it.each([
    ["/healthz", 200],
    ["/api/v1/me", 401],
    ["/api/v1/nothing", 404],
    ["/openapi.json", 200],
    ["/", 200],
  ])("says that it is nothing but what it is: %s", async (path, expected) => {
    const response = await fetch(`${url}${path}`);

    expect(response.status).toBe(expected);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("content-security-policy")).toMatch(/^default-src 'none';.*frame-ancestors 'none'/);
    expect(response.headers.get("content-security-policy")).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline/);
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect(response.headers.get("server")).toBeNull();
    expect(response.headers.get("x-powered-by")).toBeNull();
  });

  it("that needed a token is kept by nobody", async () => {
    const response = await fetch(`${url}/api/v1/tokens`, { headers: { authorization: `Bearer ${TEST_ADMIN_TOKEN}` } });

    expect(response.headers.get("cache-control")).toBe("no-store");
  });
});
