import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { CliError, usageError } from "./cli-error.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import type { Io } from "./io.ts";

export const URL_DEFAULT = "http://127.0.0.1:4400";

/** Where the server is and who asks. */
export type Connection = { readonly url: string; readonly token: string };

/** What `steadfast login` keeps, readable by its owner only. */
type SavedLogin = { readonly url?: string; readonly token?: string };

/**
 * Option, then environment, then the saved login, then the default. A saved token goes only to the server it was
 * saved for.
 *
 * @throws {CliError} not signed in (exit code 7), or a URL that is none (2).
 */
export async function resolveConnection(
  io: Io,
  options: { readonly url?: string | undefined; readonly token?: string | undefined },
): Promise<Connection> {
  const saved = await readLogin(io.env);
  const url = normalizeUrl(options.url ?? nonEmpty(io.env.STEADFAST_URL) ?? saved.url ?? URL_DEFAULT);
  const savedToken = saved.url === url ? saved.token : undefined;
  const token = options.token ?? nonEmpty(io.env.STEADFAST_TOKEN) ?? savedToken;
  if (token === undefined) {
    throw new CliError(`No token for ${url}: the server answers only those it knows.`, {
      exitCode: EXIT_CODES.notSignedIn,
      advice: [
        "Sign in once:      steadfast login --token <token>",
        "or for one shell:  export STEADFAST_TOKEN=<token>",
        "The admin token was printed when the server started for the first time.",
      ],
    });
  }
  return { url, token: checkToken(token) };
}

/** @throws {CliError} when no header can carry it; the token is not repeated. */
export function checkToken(text: string): string {
  const token = text.trim();
  if (/^[\x21-\x7e]*$/.test(token)) return token;
  throw usageError("The token holds characters that no token has.", "Give it as it was shown when it was created.");
}

/** `$XDG_CONFIG_HOME/steadfast/cli.json`, by default in `~/.config`. */
export function loginPath(env: Io["env"]): string {
  return join(nonEmpty(env.XDG_CONFIG_HOME) ?? join(homedir(), ".config"), "steadfast", "cli.json");
}

/** Written whole, mode 0600 from the first byte. Returns the path. */
export async function saveLogin(env: Io["env"], login: Connection): Promise<string> {
  const path = loginPath(env);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, path);
  return path;
}

/** @throws {CliError} when it is no http(s) URL. */
export function normalizeUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw usageError(`"${text}" is not a server's address.`, `Write it like ${URL_DEFAULT}.`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

async function readLogin(env: Io["env"]): Promise<SavedLogin> {
  const path = loginPath(env);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw new CliError(`The saved login ${path} cannot be read.`, { cause: error });
  }
  try {
    const login: unknown = JSON.parse(text);
    if (typeof login !== "object" || login === null) return {};
    return {
      ...("url" in login && typeof login.url === "string" ? { url: login.url } : {}),
      ...("token" in login && typeof login.token === "string" ? { token: login.token } : {}),
    };
  } catch {
    throw new CliError(`The saved login ${path} is not JSON.`, { advice: ["Delete it and sign in again."] });
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}
