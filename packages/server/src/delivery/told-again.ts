import { createHash } from "node:crypto";
import type { ScopedTold } from "@steadfast/core/delivery/scope";
import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";

/**
 * The same words about the same thing are the same message, unless something else was said in between: a deployment that failed, succeeded and failed again is told three
 * times. One question; where the words are known a second one, which looks through what was told of the service there.
 *
 * @returns it, with an id of its own where it was said before and is news
 */
export async function toldAgain(db: Kysely<Tables>, telling: ScopedTold): Promise<ScopedTold> {
  const { source, messageId, kind, subject, scope, environment } = telling;
  const ofSubject = db
    .selectFrom("delivery_telling")
    .select(["message_id", "told"])
    .where("source", "=", source)
    .where("kind", "=", kind)
    .where("subject", "=", subject);
  if ((await ofSubject.where("message_id", "=", messageId).executeTakeFirst()) === undefined) return telling;
  const last = await ofSubject
    .where("scope", "=", scope)
    .where("environment", "=", environment ?? "")
    .orderBy("at_ms", "desc")
    .limit(1)
    .executeTakeFirst();
  if (last === undefined) return telling;
  const isSame = last.told === JSON.stringify(telling.told);
  const again = createHash("sha256").update(`${messageId} ${telling.atMs}`).digest("hex");
  return { ...telling, messageId: isSame ? last.message_id : again };
}
