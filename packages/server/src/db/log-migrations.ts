import type { Logger } from "pino";
import type { MigrationNews } from "./migrate.ts";

/** Says in the log what a start waits for before it serves anybody. */
export function logMigrations(log: Logger): (news: MigrationNews) => void {
  return (news) => {
    if (news.what === "waiting") {
      log.info({ waitedMs: news.sinceMs }, "another node migrates the tables; this one waits for it");
    } else if (news.what === "begun") {
      log.info({ migration: news.name }, "migrating the tables");
    } else if (news.what === "under-way") {
      log.info(
        { migration: news.name, sinceMs: news.sinceMs },
        "still migrating the tables; stopped now, it begins anew",
      );
    } else {
      log.info({ migration: news.name, tookMs: news.tookMs }, "migrated");
    }
  };
}
