import type { Command } from "commander";
import { usageError } from "./cli-error.ts";
import { createApiClient, resultOf } from "./client.ts";
import { checkToken, normalizeUrl, saveLogin, URL_DEFAULT } from "./connection.ts";
import { type Io, paintFor } from "./io.ts";
import { jsonText } from "./terminal/json-text.ts";
import { plain } from "./terminal/text.ts";

type LoginOptions = { readonly url?: string; readonly token?: string; readonly json?: true };

export function addLoginCommand(program: Command, io: Io): void {
  program
    .command("login")
    .description("check a token and keep it for this user, in ~/.config/steadfast/cli.json (XDG_CONFIG_HOME)")
    .option("--url <address>", `the server (STEADFAST_URL; default ${URL_DEFAULT})`)
    .option("--token <token>", "the token (STEADFAST_TOKEN; asked for when missing)")
    .option("--json", "print the API's JSON, nothing else")
    .action(async (options: LoginOptions) => {
      const url = normalizeUrl(options.url ?? (io.env.STEADFAST_URL || URL_DEFAULT));
      const token = checkToken(options.token ?? (io.env.STEADFAST_TOKEN || (await io.ask?.("Token: ")) || ""));
      if (token === "") throw usageError("A token is needed.", "steadfast login --token <token>");
      const me = await resultOf(createApiClient({ url, token }, io.fetch).GET("/api/v1/me"));
      const path = await saveLogin(io.env, { url, token });
      if (options.json === true) {
        io.stdout.write(`${jsonText(me, 2)}\n`);
        return;
      }
      const where = me.environment === null ? "every environment" : me.environment;
      io.stdout.write(`Signed in to ${url} as ${plain(me.name)} (${me.role}, ${where}).\n`);
      io.stdout.write(`${paintFor(io, io.stdout)("dim", `Kept in ${path}.`)}\n`);
    });
}
