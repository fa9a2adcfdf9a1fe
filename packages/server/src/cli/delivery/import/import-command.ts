import type { Command } from "commander";
import { type ConnectionOptions, withConnection } from "../../command.ts";
import type { Io } from "../../io.ts";

export type ForgeKind = "github" | "gitlab";
export type ForgePlace = { readonly name: string; readonly apiUrl: string; readonly tokenVariable: string };

export const FORGE_PLACES: Readonly<Record<ForgeKind, ForgePlace>> = {
  github: { name: "GitHub", apiUrl: "https://api.github.com", tokenVariable: "GITHUB_TOKEN" },
  gitlab: { name: "GitLab", apiUrl: "https://gitlab.com/api/v4", tokenVariable: "GITLAB_TOKEN" },
};

export type ImportOptions = ConnectionOptions & {
  readonly repo: string;
  readonly days: string;
  readonly apiUrl?: string;
  readonly restart?: true;
};

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
