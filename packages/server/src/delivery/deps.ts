import type { Database } from "../db/database.ts";
import type { Journal } from "../journal/journal.ts";
import type { MessageTally } from "./message-tally.ts";
import type { RecordTellings } from "./recorder.ts";

export type DeliveryDeps = {
  readonly database: Database;
  readonly journal: Journal;
  readonly recordTellings: RecordTellings;
  readonly nowMs: () => number;
  readonly newId: (prefix: string) => string;
  readonly tally: MessageTally;
};
