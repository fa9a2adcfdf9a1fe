/** Names that sources go by in the facts. */
const SOURCE_NAMES: ReadonlyMap<string, string> = new Map([
  ["github", "GitHub"],
  ["gitlab", "GitLab"],
  ["cdevents", "CDEvents"],
  ["otlp", "OpenTelemetry of CI"],
  ["devlake", "DevLake's webhook"],
  ["api", "This server's API"],
  ["steadfast", "This server's rollouts"],
]);

/** What people call a source of facts. */
export function sourceName(name: string): string {
  return SOURCE_NAMES.get(name) ?? name;
}
