import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../../../cache-folder.ts";
import { CliError, usageError } from "../../cli-error.ts";
import { resultOf } from "../../client.ts";
import { openSession, type Session } from "../../command.ts";
import { EXIT_CODES } from "../../exit-codes.ts";
import type { Io } from "../../io.ts";
import { plain } from "../../terminal/text.ts";
import { startProgress } from "../progress.ts";
import { createForgeClient, type ForgeClient } from "./forge-client.ts";
import { FORGE_PLACES, type ForgeKind, type ImportOptions } from "./forge-places.ts";
import { githubSteps } from "./github-steps.ts";
import { gitlabSteps } from "./gitlab-steps.ts";
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
    headers: (token): Record<string, string> => (token === "" ? {} : { "private-token": token }),
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
    const missing: string[] = [];
    const tally = { told: 0, duplicates: 0, ignored: 0, skipped: [...done], missing };
    const onMissing = (what: string) => {
      missing.push(what);
      progress.note(what);
    };
    for (const step of await forge.steps(client, options.repo, io.nowMs() - days * DAY_MS, onMissing)) {
      if (done.includes(step.name)) continue;
      await importStep(session, kind, step, tally, (text) => progress.show(`${step.name}: ${text}`), signal);
      done.push(step.name);
      await checkpoint.write(done);
    }
    await checkpoint.remove();
    progress.done();
    session.show({ repository: options.repo, ...tally }, () => [
      `${tally.told} told, ${tally.duplicates} known already, ${tally.ignored} without meaning for delivery.`,
      ...(tally.skipped.length > 0
        ? [`Done by the run before: ${tally.skipped.join(", ")} (--restart begins anew).`]
        : []),
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

type Tally = { told: number; duplicates: number; ignored: number };

async function importStep(
  session: Session,
  forge: ForgeKind,
  step: ImportStep,
  tally: Tally,
  show: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let read = 0;
  let waiting: ForgeMessage[] = [];
  const send = async (messages: ForgeMessage[]) => {
    if (messages.length === 0) return;
    const body = { messages };
    const answer = await resultOf(
      session.api.POST("/api/v1/imports/{forge}", { params: { path: { forge } }, body, signal }),
    );
    tally.told += answer.told;
    tally.duplicates += answer.duplicates;
    tally.ignored += answer.ignored;
  };
  for await (const messages of step.messages()) {
    read += messages.length;
    waiting.push(...messages);
    show(`${read} read`);
    while (waiting.length >= MESSAGES_PER_REQUEST) {
      await send(waiting.slice(0, MESSAGES_PER_REQUEST));
      waiting = waiting.slice(MESSAGES_PER_REQUEST);
    }
  }
  await send(waiting);
}

/** Which steps of one import are done, so that one that was cut off goes on. What is sent twice counts once all the same. */
function checkpointAt(io: Io, of: readonly string[]) {
  const name = createHash("sha256").update(of.join("\n")).digest("hex").slice(0, 24);
  const folder = cacheFolder(io.env, "imports");
  if (folder === undefined) return { read: async (): Promise<string[]> => [], async write() {}, async remove() {} };
  const path = join(folder, `${name}.json`);
  return {
    async read(): Promise<string[]> {
      try {
        const stored: unknown = JSON.parse(await readFile(path, "utf8"));
        return Array.isArray(stored) ? stored.filter((each) => typeof each === "string") : [];
      } catch {
        // None, or half of one: the import begins anew, which costs time and nothing else.
        return [];
      }
    },
    async write(done: readonly string[]): Promise<void> {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(`${path}.new`, JSON.stringify(done));
      await rename(`${path}.new`, path);
    },
    remove: () => rm(path, { force: true }),
  };
}
