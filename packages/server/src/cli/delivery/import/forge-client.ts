import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { CliError } from "../../cli-error.ts";
import { EXIT_CODES } from "../../exit-codes.ts";
import type { Io } from "../../io.ts";
import { plain } from "../../terminal/text.ts";
import type { Progress } from "../progress.ts";

/** A request that takes longer hangs. */
const REQUEST_TIMEOUT_MS = 60_000;
/** Forges refill their limits within the hour; a later moment is no limit of theirs. */
const RATE_LIMIT_WAIT_MAX_MS = 65 * 60_000;
const ATTEMPTS_MAX = 6;
const RETRY_FIRST_MS = 1_000;
/** 100,000 objects of a kind: a forge's search ends earlier. */
const PAGES_MAX = 1_000;
/** A renamed repository is one step away; more of them go round in a circle. */
const REDIRECTS_MAX = 3;

export type ForgeClient = {
  /** One object. @throws {CliError} */
  get(path: string): Promise<unknown>;
  /** Asks by a body of JSON, as GraphQL is asked. @throws {CliError} */
  post(path: string, body: object): Promise<unknown>;
  /** A list, page by page, following the `Link` header. Ends early when the caller stops. */
  pages(path: string): AsyncGenerator<readonly unknown[]>;
};

export type ForgeAccess = {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Where the token comes from, for messages. */
  readonly tokenVariable: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
};

/** The forge answered, and did not give what it was asked for. */
export class ForgeRefusal extends CliError {
  /** What it answered; 429 for a limit that was not lifted, whatever it answered then. */
  readonly status: number;

  constructor(status: number, message: string, advice: string) {
    super(message, { exitCode: EXIT_CODES.refused, advice: [advice] });
    this.status = status;
  }
}

/** Read to its end: one that breaks off in the middle is asked for again. */
type Answer = { readonly url: URL; readonly status: number; readonly headers: Headers; readonly text: string };

/** Asks a forge's API: pages, limits and passing failures are its own affair. */
export function createForgeClient(io: Io, access: ForgeAccess): ForgeClient {
  const base = new URL(`${access.baseUrl.replace(/\/+$/, "")}/`);

  const ask = async (url: URL, sent?: object, redirects = 0): Promise<Answer> => {
    // A page's link may lead elsewhere: the token goes to the forge that was named, and to nobody else.
    if (url.origin !== base.origin) throw new CliError(`The forge sent us elsewhere (${plain(url.origin)}). Stopped.`);
    for (let attempt = 1; ; attempt += 1) {
      const answer = await fetchOnce(io, access, url, sent);
      if (!(answer instanceof Error) && answer.status >= 200 && answer.status < 300) return answer;
      // What is sent is not sent on: a redirected POST mostly arrives as another question.
      const moved = sent === undefined ? movedTo(answer, url) : undefined;
      if (moved !== undefined && redirects < REDIRECTS_MAX) return await ask(moved, sent, redirects + 1);
      const waitMs = waitFor(answer, attempt, io.nowMs());
      if (waitMs === undefined || attempt >= ATTEMPTS_MAX) throw refused(answer, url, access);
      access.progress.show(`The forge asks to wait ${Math.ceil(waitMs / 1_000)} s …`);
      await delay(waitMs, undefined, { signal: access.signal });
    }
  };

  return {
    get: async (path) => jsonOf(await ask(new URL(path, base))),
    post: async (path, body) => jsonOf(await ask(new URL(path, base), body)),
    async *pages(path) {
      let next: URL | undefined = new URL(path, base);
      for (let page = 0; next !== undefined && page < PAGES_MAX; page += 1) {
        const answer: Answer = await ask(next);
        const list = z.array(z.unknown()).safeParse(jsonOf(answer));
        if (!list.success) throw noAnswer(answer, "with a list");
        yield list.data;
        next = nextOf(answer, base);
      }
    },
  };
}

async function fetchOnce(io: Io, access: ForgeAccess, url: URL, sent?: object): Promise<Answer | Error> {
  const post =
    sent === undefined
      ? {}
      : {
          method: "POST",
          body: JSON.stringify(sent),
          headers: { ...access.headers, "content-type": "application/json" },
        };
  try {
    const signal = AbortSignal.any([access.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
    const response = await io.fetch(url, { headers: access.headers, signal, redirect: "manual", ...post });
    return { url, status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    if (access.signal.aborted) throw error;
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Where a renamed or transferred repository is now. */
function movedTo(answer: Answer | Error, from: URL): URL | undefined {
  if (answer instanceof Error || ![301, 302, 307, 308].includes(answer.status)) return undefined;
  const target = answer.headers.get("location") ?? "";
  return URL.canParse(target, from.href) ? new URL(target, from) : undefined;
}

/** How long to wait before asking again; `undefined`: asking again is of no use. */
function waitFor(answer: Answer | Error, attempt: number, nowMs: number): number | undefined {
  const backOffMs = RETRY_FIRST_MS * 2 ** (attempt - 1);
  if (answer instanceof Error || answer.status >= 500) return backOffMs;
  if (!isLimit(answer)) return undefined;
  const retryAfter = Number(answer.headers.get("retry-after") ?? Number.NaN);
  const reset = Number(answer.headers.get("x-ratelimit-reset") ?? answer.headers.get("ratelimit-reset") ?? Number.NaN);
  const waitMs = Number.isFinite(retryAfter)
    ? retryAfter * 1_000
    : Number.isFinite(reset)
      ? reset * 1_000 - nowMs
      : backOffMs;
  return waitMs > RATE_LIMIT_WAIT_MAX_MS ? undefined : Math.max(waitMs, RETRY_FIRST_MS);
}

function isLimit({ status, headers }: Answer): boolean {
  const isSpent = (headers.get("x-ratelimit-remaining") ?? headers.get("ratelimit-remaining")) === "0";
  return status === 429 || (status === 403 && (isSpent || headers.has("retry-after")));
}

function refused(answer: Answer | Error, url: URL, access: ForgeAccess): CliError {
  const where = plain(`${url.origin}${url.pathname}`);
  if (answer instanceof Error) {
    return new CliError(`${where} cannot be reached: ${plain(answer.message)}.`, {
      exitCode: EXIT_CODES.unreachable,
      advice: ["What was imported is kept: run the same command again to go on."],
    });
  }
  const status = isLimit(answer) ? 429 : answer.status;
  const isAccess = [401, 403, 404].includes(status);
  return new ForgeRefusal(
    status,
    `${where} answered ${answer.status}.`,
    isAccess
      ? `Check the repository's name, and that the token in ${access.tokenVariable} may read it.`
      : "What was imported is kept: run the same command again to go on.",
  );
}

/** A proxy's page for people is none. */
function jsonOf(answer: Answer): unknown {
  try {
    return JSON.parse(answer.text);
  } catch {
    throw noAnswer(answer, "in JSON");
  }
}

function noAnswer({ url }: Answer, how: string): CliError {
  return new CliError(`${plain(`${url.origin}${url.pathname}`)} did not answer ${how}.`, {
    exitCode: EXIT_CODES.refused,
    advice: ["Check the address in --api-url. What was imported is kept: run the same command again to go on."],
  });
}

/** RFC 8288: `<https://…?page=2>; rel="next"`. */
function nextOf(answer: Answer, base: URL): URL | undefined {
  const links = (answer.headers.get("link") ?? "").split(",");
  const next = links.find((link) => /;\s*rel="?next"?/.test(link));
  const target = /<([^>]+)>/.exec(next ?? "")?.[1];
  return target === undefined ? undefined : new URL(target, base);
}
