import type { Command } from "commander";
import { resultOf } from "./client.ts";
import { type ConnectionOptions, openSession, type ReasonOption, withConnection, withReason } from "./command.ts";
import type { Io } from "./io.ts";
import { agoText } from "./terminal/figures.ts";
import { renderTable } from "./terminal/table.ts";
import { plain } from "./terminal/text.ts";

type CreateOptions = ConnectionOptions & ReasonOption & { readonly name?: string; readonly copyFlagsFrom?: string };

export function addEnvironmentCommands(program: Command, io: Io): void {
  const environment = program.command("environment").description("where flags live: production, staging, …");
  withConnection(withReason(environment.command("create <key>").description("a new environment")))
    .option("--name <text>", "for people")
    .option("--copy-flags-from <key>", "flags start as they are there (default production)")
    .action(async (key: string, options: CreateOptions) => {
      const session = await openSession(io, options);
      const created = await resultOf(
        session.api.POST("/api/v1/environments", {
          body: {
            key,
            ...(options.name === undefined ? {} : { name: options.name }),
            ...(options.copyFlagsFrom === undefined ? {} : { copyFlagsFrom: options.copyFlagsFrom }),
            ...(options.reason === undefined ? {} : { reason: options.reason }),
          },
        }),
      );
      session.show(created, () => [
        `${session.paint("bold", created.key)}  ${plain(created.name)}`,
        session.paint("dim", `Next: steadfast token create --name <who> --role client --environment ${created.key}`),
      ]);
    });
  withConnection(environment.command("list").description("every environment")).action(
    async (options: ConnectionOptions) => {
      const session = await openSession(io, options);
      const list = await resultOf(session.api.GET("/api/v1/environments"));
      session.show(list, () =>
        renderTable(
          list.items,
          [
            { title: "KEY", text: (item) => item.key, style: (_item, text) => session.paint("bold", text) },
            { title: "NAME", text: (item) => item.name, isFlexible: true },
            { title: "CREATED", text: (item) => agoText(item.createdAt, io.nowMs()) },
          ],
          session,
        ),
      );
    },
  );
}
