import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/**
 * Is it from whom it says? GitHub signs the body (HMAC-SHA-256, `X-Hub-Signature-256`); GitLab sends the secret itself (`X-Gitlab-Token`).
 * Compared in constant time.
 *
 * @see https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
 */
export function isSigned(
  source: { readonly kind: "github" | "gitlab"; readonly secret: string },
  headers: IncomingHttpHeaders,
  body: Buffer,
): boolean {
  if (source.kind === "gitlab") return isEqual(single(headers["x-gitlab-token"]), source.secret);
  const expected = `sha256=${createHmac("sha256", source.secret).update(body).digest("hex")}`;
  return isEqual(single(headers["x-hub-signature-256"]), expected);
}

function single(header: string | string[] | undefined): string {
  return typeof header === "string" ? header : "";
}

/** Digests are of one length: neither the content nor the length of the secret shows in the time. */
function isEqual(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
