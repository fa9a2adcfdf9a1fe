import { createGzip } from "node:zlib";
import type { App } from "../http/app-type.ts";
import { ProblemError } from "../http/problem.ts";
import { type BackupDeps, writeBackup } from "./write-backup.ts";

/** A backup holds a moment of the store for as long as it is read: SQLite's log grows, PostgreSQL keeps old rows. */
const BACKUPS_AT_ONCE_MAX = 1;

const RETRY_AFTER_SECONDS = 30;

export async function backupRoutes(app: App, deps: BackupDeps): Promise<void> {
  let running = 0;

  app.get(
    "/api/v1/backup",
    {
      config: { access: "administer" },
      // HEAD would make a backup, and throw it away.
      exposeHeadRoute: false,
      schema: {
        summary: "A backup of one moment, while work goes on",
        description:
          "gzip of lines of JSON: journal, tokens (as hashes) and what rollouts were judged on. Its last line is a checksum: without it, it is not whole. Needs a token for all environments. Restore it with `steadfast restore`.",
        tags: ["operations"],
        produces: ["application/gzip"],
      },
    },
    async (request, reply) => {
      if (request.principal.environment !== null)
        throw new ProblemError(
          "environment-forbidden",
          `A backup holds every environment, and this token is for ${request.principal.environment} only. Use a token for all environments.`,
        );
      if (running >= BACKUPS_AT_ONCE_MAX)
        throw new ProblemError("too-many-requests", "Another backup is being made. Try again when it has ended.", {
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        });
      running += 1;
      const packed = createGzip();
      writeBackup(deps, packed)
        .then(
          () => packed.end(),
          (error: unknown) => {
            // The head has been sent: the connection is cut, and what was read lacks its end.
            request.log.warn({ err: error }, "a backup was cut off");
            packed.destroy(error instanceof Error ? error : undefined);
          },
        )
        .finally(() => {
          running -= 1;
        });
      const name = `steadfast-${new Date(deps.nowMs()).toISOString().replaceAll(/[:.]/g, "-")}.backup`;
      return reply
        .type("application/gzip")
        .header("content-disposition", `attachment; filename="${name}"`)
        .header("cache-control", "no-store")
        .send(packed);
    },
  );
}
