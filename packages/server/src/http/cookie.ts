/** A cookie's value from the `Cookie` header; `undefined` when it is not there. RFC 6265, without quotes and escapes. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(";") ?? []) {
    const [key = "", value] = pair.split("=", 2);
    if (key.trim() === name) return value?.trim();
  }
  return undefined;
}

/** A `Set-Cookie` value that scripts cannot read and other sites cannot send. `maxAgeSeconds` 0 deletes the cookie. */
export function formatCookie(
  name: string,
  value: string,
  options: { readonly maxAgeSeconds: number; readonly isSecure: boolean },
): string {
  const attributes = ["Path=/", "HttpOnly", "SameSite=Strict", `Max-Age=${options.maxAgeSeconds}`];
  if (options.isSecure) attributes.push("Secure");
  return [`${name}=${value}`, ...attributes].join("; ");
}
