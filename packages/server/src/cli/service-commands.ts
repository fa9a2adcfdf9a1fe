import type { Command } from "commander";
import { CliError } from "./cli-error.ts";
import { resultOf } from "./client.ts";
import {
  type ConnectionOptions,
  type EnvironmentOption,
  openSession,
  type ReasonOption,
  type Session,
  withConnection,
  withEnvironment,
  withReason,
} from "./command.ts";
import { bottleneckText } from "./delivery/levers.ts";
import { countedText, medianText, paceText, rateText, spanText } from "./delivery/wording.ts";
import type { Io } from "./io.ts";
import { collect } from "./read-input.ts";
import { countText } from "./terminal/figures.ts";
import { renderTable } from "./terminal/table.ts";
import { padEnd, plain } from "./terminal/text.ts";
import type { ServiceReport } from "./types.ts";

type SetOptions = ConnectionOptions &
  ReasonOption & { readonly name?: string; readonly owner?: string; readonly repository?: readonly string[] };
type ReportOptions = ConnectionOptions & EnvironmentOption & { readonly from?: string; readonly to?: string };

export function addServiceCommands(program: Command, io: Io): void {
  const service = program.command("service").description("what delivery is measured for");
  withConnection(service.command("list").description("every service that is known")).action(
    async (options: ConnectionOptions) => {
      const session = await openSession(io, options);
      const list = await resultOf(session.api.GET("/api/v1/services"));
      session.show(list, () =>
        renderTable(
          list.items,
          [
            { title: "KEY", text: (item) => item.key, style: (_item, text) => session.paint("bold", text) },
            { title: "OWNER", text: (item) => item.owner || "–", isFlexible: true },
            { title: "REPOSITORIES", text: (item) => item.repositories.join(", ") || "–", isFlexible: true },
            { title: "DEPLOYED IN", text: (item) => item.environments.join(", ") || "–", isFlexible: true },
          ],
          session,
        ),
      );
    },
  );
  withConnection(withReason(service.command("set <key>").description("say what a service is; what is left out stays")))
    .option("--name <text>", "for people")
    .option("--owner <team>", "who answers for it")
    .option("--repository <owner/name>", "whose changes are its own; may be given several times", collect)
    .action(async (key: string, options: SetOptions) => {
      const session = await openSession(io, options);
      const set = await setService(session, key, options);
      session.show(set, () => [
        `${session.paint("bold", set.key)}  ${plain(set.repositories.join(", ") || "no repositories yet")}`,
      ]);
    });
  withConnection(withEnvironment(service.command("report <key>").description("the five levers and what holds back")))
    .option("--from <time>", "RFC 3339 (default: 90 days before --to)")
    .option("--to <time>", "RFC 3339 (default: now)")
    .action(async (key: string, options: ReportOptions) => {
      const session = await openSession(io, options);
      const { environment, from, to } = options;
      const query = { environment, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
      const report = await resultOf(
        session.api.GET("/api/v1/services/{key}/delivery", { params: { path: { key }, query } }),
      );
      session.show(report, () => reportLines(session, report));
    });
}

async function setService(session: Session, key: string, options: SetOptions) {
  const params = { path: { key } };
  const known = await resultOf(session.api.GET("/api/v1/services/{key}", { params })).catch((error: unknown) => {
    if (error instanceof CliError && error.problem?.code === "service-not-found") return undefined;
    throw error;
  });
  const name = options.name ?? known?.name;
  return resultOf(
    session.api.PUT("/api/v1/services/{key}", {
      params,
      body: {
        owner: options.owner ?? known?.owner ?? "",
        repositories: [...(options.repository ?? known?.repositories ?? [])],
        target: known?.target ?? null,
        ...(name === undefined ? {} : { name }),
        ...(options.reason === undefined ? {} : { reason: options.reason }),
      },
    }),
  );
}

function reportLines(session: Session, report: ServiceReport): readonly string[] {
  const { frequency, leadTime, changeFailRate, recovery, rework, window } = report;
  const lead = leadTime.change ?? leadTime.author;
  const [from, to] = [window.fromMs, window.toMs].map((ms) => new Date(ms).toISOString().slice(0, 10));
  const levers: readonly (readonly [string, string, string])[] = [
    [
      "Frequency",
      paceText(frequency),
      `${countedText(frequency.count, "deployment")} in ${spanText(frequency.knownMs)}`,
    ],
    ["Lead time", medianText(lead), countedText(lead.n, leadTime.change === null ? "commit" : "change")],
    [
      "Change fail rate",
      rateText(changeFailRate.rate, changeFailRate.deployments),
      `${countText(changeFailRate.failed)} of ${countText(changeFailRate.deployments)}, ${countedText(changeFailRate.unlinked.length, "sign")} unlinked`,
    ],
    [
      "Recovery time",
      medianText(recovery),
      `${countText(recovery.n)} recovered, ${countText(recovery.open)} still open`,
    ],
    [
      "Rework rate",
      rateText(rework.rate, rework.deployments),
      `${countText(rework.count)} of ${countText(rework.deployments)}`,
    ],
  ];
  const silent = report.silentSources.map(({ name }) => plain(name)).join(", ");
  return [
    `${session.paint("bold", plain(report.service))} in ${plain(report.environment)}, ${from} to ${to}`,
    ...levers.map(
      ([label, figure, detail]) => `${padEnd(label, 18)}${padEnd(figure, 15)} ${session.paint("dim", detail)}`,
    ),
    bottleneckText(report) || "Too few changes with stages to name a bottleneck.",
    ...(silent === ""
      ? []
      : [session.paint("yellow", `Silent for a week: ${silent}. What is missing is unknown, not nothing.`)]),
  ];
}
