import { CliError } from "../../cli-error.ts";
import { resultOf } from "../../client.ts";
import type { Session } from "../../command.ts";
import type { ForgeKind } from "./forge-places.ts";
import type { ForgeMessage } from "./steps.ts";

/** What became of messages; `unread`: what the server says of those that it could not read. */
export type Sent = {
  readonly told: number;
  readonly duplicates: number;
  readonly ignored: number;
  readonly unread: readonly string[];
};

const NOTHING: Sent = { told: 0, duplicates: 0, ignored: 0, unread: [] };

/**
 * Tells the server what a forge knows. A message that the server cannot read is left out: it refuses those beside it, too, and would do so at each try, for what a forge
 * knows is as it is. Too many bytes are sent in halves.
 *
 * @throws {CliError}
 */
export async function sendMessages(
  session: Pick<Session, "api">,
  forge: ForgeKind,
  messages: readonly ForgeMessage[],
  signal: AbortSignal,
): Promise<Sent> {
  if (messages.length === 0) return NOTHING;
  const send = (some: readonly ForgeMessage[]) => sendMessages(session, forge, some, signal);
  try {
    const request = { params: { path: { forge } }, body: { messages: [...messages] }, signal };
    return { ...(await resultOf(session.api.POST("/api/v1/imports/{forge}", request))), unread: [] };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const bad = badMessageOf(error);
    if (bad !== undefined) {
      const others = await send(messages.toSpliced(bad, 1));
      return { ...others, unread: [error.message, ...others.unread] };
    }
    if (error.problem?.code !== "body-too-large" || messages.length === 1) throw error;
    const middle = messages.length >> 1;
    return addUp(await send(messages.slice(0, middle)), await send(messages.slice(middle)));
  }
}

/** `/messages/17/body/commit`: the one of this number. */
function badMessageOf({ problem }: CliError): number | undefined {
  const path = problem?.code === "invalid-request" ? problem.faults[0]?.path : undefined;
  const index = /^\/messages\/(\d+)\//.exec(path ?? "")?.[1];
  return index === undefined ? undefined : Number(index);
}

export function addUp(a: Sent, b: Sent): Sent {
  return {
    told: a.told + b.told,
    duplicates: a.duplicates + b.duplicates,
    ignored: a.ignored + b.ignored,
    unread: [...a.unread, ...b.unread],
  };
}
