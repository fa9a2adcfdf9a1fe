/** A forge's environments are free text; ours are keys. */
export function environmentOf(name: string): string {
  const key = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 40);
  return key.replace(/-+$/, "") || "production";
}
