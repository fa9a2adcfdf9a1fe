import { CliError, usageError } from "../../cli-error.ts";
import { openSession } from "../../command.ts";
import { EXIT_CODES } from "../../exit-codes.ts";
import type { Io } from "../../io.ts";
import { plain } from "../../terminal/text.ts";
import { startProgress } from "../progress.ts";
import { checkpointAt } from "./checkpoint.ts";
import { createForgeClient, type ForgeClient, ForgeRefusal } from "./forge-client.ts";
import { FORGE_PLACES, type ForgeKind, type ImportOptions } from "./forge-places.ts";
import { githubSteps } from "./github-steps.ts";
import { gitlabSteps } from "./gitlab-steps.ts";
import { addUp, type Sent, sendMessages } from "./send-messages.ts";
import type { ForgeMessage, ImportStep } from "./steps.ts";

/** What the server takes in one request. */
const MESSAGES_PER_REQUEST = 200;
const DAY_MS = 86_400_000;
const DAYS_MAX = 3_650;

type Forge = {
  readonly headers: (token: string) => Record<string, string>;
  readonly steps: (
    client: ForgeClient,
    repository: string,
    sinceMs: number,
    onMissing: (what: string) => void,
  ) => Promise<readonly ImportStep[]>;
};

const FORGES: Readonly<Record<ForgeKind, Forge>> = {
  github: {
    steps: githubSteps,
    headers: (token) => ({
      accept: "application/vnd.github+json",
      ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
    }),
  },
  gitlab: {
    steps: gitlabSteps,
    // Documented for the REST API and GraphQL alike, and for tokens of both kinds, access and OAuth.
    headers: (token): Record<string, string> => (token === "" ? {} : { authorization: `Bearer ${token}` }),
  },
};

/** Reads all that a forge knows and tells it to the server, in steps that a second run need not repeat. */
export async function runImport(io: Io, kind: ForgeKind, options: ImportOptions): Promise<void> {
  const forge = { ...FORGE_PLACES[kind], ...FORGES[kind] };
  const days = Number(options.days);
  if (!Number.isInteger(days) || days < 1 || days > DAYS_MAX)
    throw usageError(`--days ${plain(options.days)} is no number of days from 1 to ${DAYS_MAX}.`);
  if (!/^[\w.-]+(\/[\w.-]+)+$/.test(options.repo)) throw usageError(`--repo ${plain(options.repo)} is not owner/name.`);

  const session = await openSession(io, options);
  const progress = startProgress(io);
  const interrupted = new AbortController();
  const stopListening = io.onInterrupt(() => interrupted.abort());
  const baseUrl = options.apiUrl ?? forge.apiUrl;
  const headers = forge.headers(io.env[forge.tokenVariable] ?? "");
  const signal = interrupted.signal;
  const client = createForgeClient(io, { baseUrl, headers, tokenVariable: forge.tokenVariable, signal, progress });
  const checkpoint = checkpointAt(io, [kind, baseUrl, options.repo, session.connection.url, String(days)]);
  try {
    const done = options.restart ? [] : await checkpoint.read();
    const skipped = [...done];
    const missing: string[] = [];
    const tally = { told: 0, duplicates: 0, ignored: 0 };
    const onMissing = (what: string) => {
      missing.push(what);
      progress.note(plain(what));
    };
    const send = (messages: readonly ForgeMessage[]) => sendMessages(session, kind, messages, signal);
    const steps = await forge.steps(client, options.repo, io.nowMs() - days * DAY_MS, onMissing);
    for (const step of steps) {
      if (done.includes(step.name)) continue;
      const { sent, refusal } = await importStep(step, send, (text) => progress.show(`${step.name}: ${text}`));
      tally.told += sent.told;
      tally.duplicates += sent.duplicates;
      tally.ignored += sent.ignored;
      if (sent.unread.length > 0)
        onMissing(
          `Of the ${step.name}, ${sent.unread.length} left out, which the server cannot read. ${sent.unread[0]}`,
        );
      if (refusal && done.length === 0 && step === steps.at(-1)) throw refusal;
      if (refusal)
        onMissing(`No ${step.name}: ${refusal.message} They are switched off there, or not for this token to see.`);
      else done.push(step.name);
      await checkpoint.write(done);
    }
    await checkpoint.remove();
    progress.done();
    session.show({ repository: options.repo, ...tally, skipped, missing }, () => [
      `${tally.told} told, ${tally.duplicates} known already, ${tally.ignored} without meaning for delivery.`,
      ...(skipped.length > 0 ? [`Done by the run before: ${skipped.join(", ")} (--restart begins anew).`] : []),
    ]);
  } catch (error) {
    if (signal.aborted)
      throw new CliError("Stopped. What was imported is kept: run the same command again to go on.", {
        exitCode: EXIT_CODES.interrupted,
      });
    throw error;
  } finally {
    stopListening();
    progress.done();
  }
}

/** What a forge answers where a part of it is switched off, hidden or empty: GitLab 403 and 404, GitHub 410 and 409. */
const ABSENT_STATUSES: ReadonlySet<number> = new Set([403, 404, 409, 410]);

/** What a step came to; `refusal`: why there is nothing of this kind to be had, which does not stop the others. */
type StepResult = { readonly sent: Sent; readonly refusal?: ForgeRefusal };

async function importStep(
  step: ImportStep,
  send: (messages: readonly ForgeMessage[]) => Promise<Sent>,
  show: (text: string) => void,
): Promise<StepResult> {
  let read = 0;
  let waiting: ForgeMessage[] = [];
  let sent = await send([]);
  try {
    for await (const messages of step.messages()) {
      read += messages.length;
      waiting.push(...messages);
      show(`${read} read`);
      while (waiting.length >= MESSAGES_PER_REQUEST) {
        sent = addUp(sent, await send(waiting.slice(0, MESSAGES_PER_REQUEST)));
        waiting = waiting.slice(MESSAGES_PER_REQUEST);
      }
    }
  } catch (error) {
    if (read === 0 && error instanceof ForgeRefusal && ABSENT_STATUSES.has(error.status))
      return { sent, refusal: error };
    throw error;
  }
  return { sent: addUp(sent, await send(waiting)) };
}
