import type { Command } from "commander";
import { withConnection } from "../../command.ts";
import type { Io } from "../../io.ts";
import { FORGE_PLACES, type ImportOptions } from "./forge-places.ts";

/** `steadfast delivery import github|gitlab`: what a forge knows already, for the server. */
export function addImportCommand(delivery: Command, io: Io): void {
  const command = delivery.command("import").description("tell a server what GitHub or GitLab knows already");
  for (const kind of ["github", "gitlab"] as const) {
    const { name, apiUrl, tokenVariable } = FORGE_PLACES[kind];
    withConnection(
      command
        .command(kind)
        .description(`changes, reviews, deployments, releases, incidents and runs of a ${name} repository`)
        .requiredOption("--repo <owner/name>", "the repository")
        .option("--days <count>", "how far back", "90")
        .option("--api-url <address>", `where its API is; the token comes from ${tokenVariable} (default ${apiUrl})`)
        .option("--restart", "begin anew, also where an earlier run was cut off"),
    ).action(async (_options: unknown, self: Command) => {
      const { runImport } = await import("./run-import.ts");
      await runImport(io, kind, self.optsWithGlobals<ImportOptions>());
    });
  }
}
