import { createHash, type Hash } from "node:crypto";
import { z } from "zod";

/**
 * A backup is gzip of lines of JSON: a head, one line for each row, and an end that has the SHA-256 of every byte before
 * it. Rows are as the tables hold them, so that what is restored is byte for byte what was there, on either store.
 */
export const BACKUP_FORMAT = 1;

export const backupHead = z.object({
  steadfast: z.literal("backup"),
  format: z.number().int().min(1),
  /** The version of Steadfast that made it. */
  version: z.string(),
  /** The migrations of the store it was made from. */
  migrations: z.array(z.string()),
  createdAt: z.string(),
});
export type BackupHead = z.infer<typeof backupHead>;

/** What a table's column holds. */
const cell = z.union([z.string(), z.number(), z.null()]);

export const backupRow = z.object({ table: z.string().regex(/^[a-z_]+$/), row: z.record(z.string(), cell) });
export type BackupRow = z.infer<typeof backupRow>;

export const backupEnd = z.object({ rows: z.number().int().min(0), sha256: z.string() });

/** The sum that the end holds, of lines without their line breaks. */
export function startSum(): { add(line: string): void; hex(): string } {
  const hash: Hash = createHash("sha256");
  return {
    add: (line) => {
      hash.update(line).update("\n");
    },
    hex: () => hash.copy().digest("hex"),
  };
}
