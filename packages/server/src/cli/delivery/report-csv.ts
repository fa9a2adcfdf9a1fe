import type { Collected } from "./collected.ts";
import { timeOf } from "./report-json.ts";

const COLUMNS = [
  "package",
  "release",
  "time",
  "role",
  "commits",
  "merges",
  "lines",
  "median_lead_hours",
  "failed",
  "failed_by",
  "certainty",
  "recovered_by",
  "recovery_hours",
  "rework",
];
const HOUR_MS = 3_600_000;

/** What `--csv` prints: a line a release, RFC 4180. */
export function csvOf({ reports }: Collected): readonly string[] {
  const rows = reports.flatMap(({ package: path, report }) => {
    const links = new Map(report.changeFailRate.links.map((link) => [link.deploymentId, link]));
    return report.deployments.map(
      ({ id, name, atMs, role, nonMerge, merge, lines, medianLeadMs, isFailed, isRework }) => {
        const link = links.get(id);
        return [
          path ?? "",
          name,
          timeOf(atMs),
          role,
          nonMerge,
          merge,
          lines,
          hours(medianLeadMs),
          isFailed,
          link?.failedBy,
          link?.certainty,
          link?.recoveredBy,
          hours(link?.recoveryMs ?? null),
          isRework,
        ];
      },
    );
  });
  return [COLUMNS, ...rows].map((row) => row.map(cellOf).join(","));
}

/** A text that a spreadsheet would run as a formula (a tag may be called `=cmd`) gets an apostrophe in front. */
function cellOf(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function hours(ms: number | null): number | null {
  return ms === null ? null : Math.round((ms / HOUR_MS) * 1_000) / 1_000;
}
