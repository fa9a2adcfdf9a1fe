import { type Command, Option } from "commander";
import { accepted, resultOf } from "./client.ts";
import { type ConnectionOptions, openSession, withConnection } from "./command.ts";
import type { Io } from "./io.ts";
import { box } from "./terminal/box.ts";
import { agoText, countText } from "./terminal/figures.ts";
import { renderTable } from "./terminal/table.ts";
import { plain } from "./terminal/text.ts";

type ConnectOptions = ConnectionOptions & { readonly kind: "github" | "gitlab"; readonly name: string };

export function addSourceCommands(program: Command, io: Io): void {
  const source = program.command("source").description("who may send webhooks");
  withConnection(source.command("list").description("every source, and when it was heard")).action(
    async (options: ConnectionOptions) => {
      const session = await openSession(io, options);
      const list = await resultOf(session.api.GET("/api/v1/sources"));
      const nowMs = io.nowMs();
      session.show(list, () =>
        renderTable(
          list.items,
          [
            { title: "ID", text: (item) => item.id },
            { title: "KIND", text: (item) => item.kind },
            { title: "NAME", text: (item) => item.name, isFlexible: true },
            {
              title: "HEARD",
              text: (item) => (item.lastHeardAt === null ? "never" : agoText(item.lastHeardAt, nowMs)),
            },
            { title: "MESSAGES", text: (item) => countText(item.messages.reduce((sum, { count }) => sum + count, 0)) },
            { title: "STATE", text: (item) => (item.removedAt === null ? "connected" : "disconnected") },
          ],
          session,
        ),
      );
    },
  );
  withConnection(source.command("connect").description("a forge's webhooks; the secret is shown this once"))
    .addOption(new Option("--kind <kind>", "what it is").choices(["github", "gitlab"]).makeOptionMandatory())
    .requiredOption("--name <text>", "such as the organisation")
    .action(async (options: ConnectOptions) => {
      const session = await openSession(io, options);
      const { kind, name } = options;
      const connected = await resultOf(session.api.POST("/api/v1/sources", { body: { kind, name } }));
      const address = new URL(connected.webhookPath, session.connection.url).href;
      session.show(connected, () => [
        `${session.paint("bold", plain(connected.name))}  ${session.paint("dim", connected.id)}`,
        `Address   ${address}`,
        "Content   application/json",
        "",
        ...box([session.paint("bold", connected.secret), "The secret. Keep it: it is not shown again."], session.paint),
      ]);
    });
  withConnection(source.command("disconnect <id>").description("its webhooks are refused from now on")).action(
    async (id: string, options: ConnectionOptions) => {
      const session = await openSession(io, options);
      await accepted(session.api.DELETE("/api/v1/sources/{id}", { params: { path: { id } } }));
      if (!session.isJson) session.show(undefined, () => [`${id} is disconnected.`]);
    },
  );
}
