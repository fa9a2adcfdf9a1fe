import { type Command, Option } from "commander";
import type { Config } from "../config.ts";
import { usageError } from "./cli-error.ts";
import { accepted, resultOf } from "./client.ts";
import {
  type ConnectionOptions,
  type Output,
  openSession,
  outputOf,
  requireReason,
  withConnection,
} from "./command.ts";
import type { Io } from "./io.ts";
import { sayRefusal } from "./say-refusal.ts";
import { readConfig, STORE_SETTINGS, withSettings } from "./settings.ts";
import { box } from "./terminal/box.ts";
import { agoText } from "./terminal/figures.ts";
import { renderTable } from "./terminal/table.ts";
import { plain } from "./terminal/text.ts";
import type { CreatedToken, CreateTokenBody } from "./types.ts";

type Role = CreateTokenBody["role"];
const ROLES: readonly Role[] = ["admin", "operator", "viewer", "client", "telemetry"];

type CreateOptions = ConnectionOptions & {
  readonly name: string;
  readonly role: Role;
  readonly environment?: string;
  readonly offline?: true;
  readonly reason?: string;
  readonly dataDir?: string;
};

/** What only the composition root can give: the command line knows no store. */
export type TokenPrograms = {
  readonly createTokenOffline: (
    config: Config,
    token: CreateTokenBody & { readonly reason: string },
  ) => Promise<CreatedToken>;
};

export function addTokenCommands(program: Command, io: Io, programs: TokenPrograms): void {
  const token = program.command("token").description("who may speak to the server");
  const create = token.command("create").description("a new token; its secret is shown this once");
  withSettings(withConnection(create), STORE_SETTINGS)
    .requiredOption("--name <text>", "who or what uses it")
    .addOption(new Option("--role <role>", "what it may do").choices(ROLES).makeOptionMandatory())
    .option("-e, --environment <key>", "only there; client and telemetry need one (default: everywhere)")
    .option("--offline", "write it into the store itself, when no admin token is left: data folder or DATABASE_URL")
    .option("-r, --reason <why>", "why, with --offline: it stands in the journal")
    .addHelpText(
      "after",
      "\nOffline, no server may run on a data folder; on PostgreSQL any may, and knows the token within a second.",
    )
    .action(async (options: CreateOptions) => {
      const { name, role, environment } = options;
      const body = { name, role, ...(environment === undefined ? {} : { environment }) };
      if (options.offline === true) return createOffline(io, programs, options, body);
      if (options.reason !== undefined)
        throw usageError("--reason goes with --offline: the server writes who asked.", "Leave it away.");
      const session = await openSession(io, options);
      showCreated(session, await resultOf(session.api.POST("/api/v1/tokens", { body })));
    });
  withConnection(token.command("list").description("every token; never the secrets")).action(
    async (options: ConnectionOptions) => {
      const session = await openSession(io, options);
      const list = await resultOf(session.api.GET("/api/v1/tokens"));
      const nowMs = io.nowMs();
      session.show(list, () =>
        renderTable(
          list.items,
          [
            { title: "ID", text: (item) => item.id },
            { title: "NAME", text: (item) => item.name, isFlexible: true },
            { title: "ROLE", text: (item) => item.role },
            { title: "ENVIRONMENT", text: (item) => item.environment ?? "every", isFlexible: true },
            { title: "CREATED", text: (item) => agoText(item.createdAt, nowMs) },
            {
              title: "STATE",
              text: (item) => (item.revokedAt === null ? "valid" : `revoked ${agoText(item.revokedAt, nowMs)}`),
              style: (item, text) =>
                item.revokedAt === null ? session.paint("green", text) : session.paint("dim", text),
            },
          ],
          session,
        ),
      );
    },
  );
  withConnection(token.command("revoke <id>").description("it stops working at once")).action(
    async (id: string, options: ConnectionOptions) => {
      const session = await openSession(io, options);
      await accepted(session.api.DELETE("/api/v1/tokens/{id}", { params: { path: { id } } }));
      if (!session.isJson) session.show(undefined, () => [`${id} is revoked.`]);
    },
  );
}

async function createOffline(
  io: Io,
  programs: TokenPrograms,
  options: CreateOptions,
  body: CreateTokenBody,
): Promise<void> {
  const config = readConfig(io, { dataDir: options.dataDir });
  const reason = await requireReason(io, options);
  const missing = "There is no data of a Steadfast server there: name its folder with --data-dir.";
  const created = await sayRefusal(missing, () => programs.createTokenOffline(config, { ...body, reason }));
  showCreated(outputOf(io, options.json === true), created);
}

function showCreated({ paint, show }: Output, created: CreatedToken): void {
  show(created, () => [
    `${paint("bold", plain(created.name))}  ${created.role}, ${created.environment ?? "every environment"}  ${paint("dim", created.id)}`,
    "",
    ...box([paint("bold", created.token), "Keep it: it is not shown again."], paint),
  ]);
}
