import type { Command } from "commander";
import { resultOf } from "./client.ts";
import {
  type ConnectionOptions,
  type EnvironmentOption,
  openSession,
  type Session,
  withConnection,
  withEnvironment,
} from "./command.ts";
import type { Io } from "./io.ts";
import { countText, durationText, latencyText, percentText } from "./terminal/figures.ts";
import { renderTable } from "./terminal/table.ts";
import { plain, wrap } from "./terminal/text.ts";
import type { TelemetrySummary } from "./types.ts";

type ViewOptions = Pick<Session, "paint" | "width">;

export function addTelemetryCommand(program: Command, io: Io): void {
  withConnection(
    withEnvironment(program.command("telemetry").description("what arrives now, and what is not counted and why")),
  ).action(async (options: ConnectionOptions & EnvironmentOption) => {
    const session = await openSession(io, options);
    const { environment } = options;
    const summary = await resultOf(
      session.api.GET("/api/v1/environments/{environment}/telemetry", { params: { path: { environment } } }),
    );
    session.show(summary, () => renderTelemetry(summary, environment, session.connection.url, session));
  });
}

/** Three parts: what is counted, who sends, what is dropped; and one sentence of help where nothing is counted. */
export function renderTelemetry(
  summary: TelemetrySummary,
  environment: string,
  url: string,
  view: ViewOptions,
): readonly string[] {
  const parts = [
    summary.items.length === 0 ? wrap(sayWhyNothing(summary, environment, url), view.width) : renderArms(summary, view),
    summary.services.length === 0 ? [] : renderServices(summary, view),
    summary.dropped.length === 0 ? [] : renderDropped(summary, view),
  ];
  return parts.filter((lines) => lines.length > 0).flatMap((lines, index) => (index === 0 ? lines : ["", ...lines]));
}

function sayWhyNothing(summary: TelemetrySummary, environment: string, url: string): string {
  const nothing = `Nothing was counted in ${environment} lately.`;
  if (summary.services.some(({ lastFlagSecondsAgo }) => lastFlagSecondsAgo !== null))
    return `${nothing} See below why.`;
  if (summary.services.length > 0)
    return `${nothing} Spans arrive, but no SERVER span names a flag and its variant: does the service evaluate the flag while it serves the request, and does its provider or a hook note that on the span?`;
  const mistaken = summary.dropped.length > 0 ? " See below what was refused." : "";
  return `${nothing} No service sends spans: they go to ${url}/v1/traces as http/protobuf, with a token of ${environment}.${mistaken}`;
}

function renderArms({ items }: TelemetrySummary, view: ViewOptions): readonly string[] {
  return renderTable(
    items,
    [
      { title: "FLAG", text: (item) => item.flag, isFlexible: true, style: (_item, text) => view.paint("bold", text) },
      { title: "VARIANT", text: (item) => item.variant, isFlexible: true },
      { title: "SOURCE", text: (item) => item.source },
      { title: "REQUESTS/S", text: (item) => String(Number(item.requestsPerSecond.toPrecision(3))), align: "right" },
      {
        title: "FAILURES",
        text: (item) => (item.failureRate === null ? "–" : percentText(item.failureRate)),
        align: "right",
      },
      {
        title: "P50 / P95 / P99",
        text: ({ latencyMs }) =>
          latencyMs === null ? "–" : [latencyMs.p50, latencyMs.p95, latencyMs.p99].map(latencyText).join(" / "),
      },
      { title: "LAST", text: (item) => agoOf(item.lastSecondsAgo) },
    ],
    view,
  );
}

function renderServices({ services }: TelemetrySummary, view: ViewOptions): readonly string[] {
  return renderTable(
    services,
    [
      {
        title: "SERVICE",
        text: (item) => (item.service === "" ? "(no service.name)" : item.service),
        isFlexible: true,
        style: (_item, text) => view.paint("bold", text),
      },
      { title: "LAST REQUEST", text: (item) => agoOf(item.lastSecondsAgo) },
      {
        title: "LAST THAT NAMED A FLAG",
        text: ({ lastFlagSecondsAgo }) => (lastFlagSecondsAgo === null ? "none" : agoOf(lastFlagSecondsAgo)),
        style: (item, text) => (item.lastFlagSecondsAgo === null ? view.paint("yellow", text) : text),
      },
    ],
    view,
  );
}

function renderDropped({ dropped }: TelemetrySummary, view: ViewOptions): readonly string[] {
  return renderTable(
    dropped,
    [
      { title: "NOT COUNTED", text: (item) => countText(item.count), align: "right" },
      { title: "REASON", text: (item) => item.reason, style: (_item, text) => view.paint("yellow", text) },
      { title: "SUCH AS", text: (item) => plain(item.example), isFlexible: true },
    ],
    view,
  );
}

function agoOf(seconds: number): string {
  return seconds < 2 ? "just now" : `${durationText(seconds)} ago`;
}
