import { type Command, Option } from "commander";
import { accepted, resultOf } from "./client.ts";
import { type ConnectionOptions, openSession, withConnection } from "./command.ts";
import type { Io } from "./io.ts";
import { box } from "./terminal/box.ts";
import { agoText } from "./terminal/figures.ts";
import { renderTable } from "./terminal/table.ts";
import { plain } from "./terminal/text.ts";
import type { CreateTokenBody } from "./types.ts";

type Role = CreateTokenBody["role"];
const ROLES: readonly Role[] = ["admin", "operator", "viewer", "client", "telemetry"];

type CreateOptions = ConnectionOptions & {
  readonly name: string;
  readonly role: Role;
  readonly environment?: string;
};

export function addTokenCommands(program: Command, io: Io): void {
  const token = program.command("token").description("who may speak to the server");
  withConnection(token.command("create").description("a new token; its secret is shown this once"))
    .requiredOption("--name <text>", "who or what uses it")
    .addOption(new Option("--role <role>", "what it may do").choices(ROLES).makeOptionMandatory())
    .option("-e, --environment <key>", "only there; client and telemetry need one (default: everywhere)")
    .action(async (options: CreateOptions) => {
      const session = await openSession(io, options);
      const { name, role, environment } = options;
      const created = await resultOf(
        session.api.POST("/api/v1/tokens", {
          body: { name, role, ...(environment === undefined ? {} : { environment }) },
        }),
      );
      session.show(created, () => [
        `${session.paint("bold", plain(created.name))}  ${created.role}, ${created.environment ?? "every environment"}  ${session.paint("dim", created.id)}`,
        "",
        ...box([session.paint("bold", created.token), "Keep it: it is not shown again."], session.paint),
      ]);
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
