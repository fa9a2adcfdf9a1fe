import { type Command, Option } from "commander";
import { resultOf } from "../client.ts";
import {
  type ConnectionOptions,
  collectPages,
  MORE_ITEMS,
  openSession,
  type ReasonOption,
  requireReason,
  type Session,
  withConnection,
  withEnvironment,
  withReason,
} from "../command.ts";
import { EXIT_CODES } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { collect, parseDurationOption, parseInteger, parseNumber } from "../read-input.ts";
import { countText } from "../terminal/figures.ts";
import { wrap } from "../terminal/text.ts";
import type { Rollout, RolloutStateName } from "../types.ts";
import { readDecisions, readLatestDecisions } from "./decision-pages.ts";
import { renderPreview } from "./preview-view.ts";
import { replayRollout } from "./replay.ts";
import { renderPlan, renderRolloutList } from "./rollout-list-view.ts";
import { type RolloutViewOptions, renderRollout } from "./rollout-view.ts";
import { type StartOptions, startBody } from "./start-rollout.ts";
import { trafficNotice } from "./traffic-notice.ts";
import { watchRollout } from "./watch.ts";

type ListOptions = ConnectionOptions & {
  readonly environment?: string;
  readonly flag?: string;
  readonly state?: RolloutStateName;
  readonly active?: true;
  readonly limit: number;
};
type WatchCommandOptions = ConnectionOptions & { readonly untilDone?: true; readonly timeout?: number };

const STATES: readonly RolloutStateName[] = ["queued", "running", "paused", "completed", "rolled-back", "stopped"];
const WATCH_CODES = `Exit codes: ${EXIT_CODES.ok} completed, ${EXIT_CODES.rolledBack} rolled back, ${EXIT_CODES.notCompleted} stopped, frozen for a person or timed out, ${EXIT_CODES.interrupted} left with Ctrl-C (the rollout goes on).`;

export function addRolloutCommands(program: Command, io: Io): void {
  const rollout = program
    .command("rollout")
    .description("move people to a variant step by step, and take it back when it hurts");
  addStart(rollout, io);
  addReading(rollout, io);
  addActions(rollout, io);
  addAdvance(rollout, io);
}

function addStart(rollout: Command, io: Io): void {
  withConnection(
    withEnvironment(
      withReason(rollout.command("start <flag>").description("start a guarded rollout of a flag's variant")),
    ),
  )
    .requiredOption("-c, --candidate <variant>", "the variant to move people to")
    .option("--stage <stage>", "share, promise and floor, like 1%,+20pp,60s; repeatable", collect)
    .option("--stages <json>", "all stages as the API has them, or @file; also for audiences")
    .option("--alpha <chance>", "of a false rollback, per rollout (default 0.001)", parseNumber(1e-9, 0.05))
    .option(
      "--error-ratio <ratio>",
      "the failure rate may be this multiple of the baseline's (default 1.1)",
      parseNumber(1, 100),
    )
    .option("--error-add <rate>", "plus this, 0..1 (default 0.0002)", parseNumber(0, 1))
    .option("--latency-ratio <ratio>", "the latency may be this multiple (default 1.05)", parseNumber(1, 100))
    .addOption(new Option("--source <source>", "where the counts come from").choices(["spans", "observations"]))
    .option("--guard <json>", "the whole guard as the API has it, or @file")
    .addOption(new Option("--mode <mode>", "dry-run: judge and record, never act").choices(["act", "dry-run"]))
    .addOption(
      new Option("--on-regression <action>", "freeze: stop there and wait for a person").choices([
        "roll-back",
        "freeze",
      ]),
    )
    .option("--watch-for <duration>", "how long it stays watched once completed (default 30m)", parseDurationOption)
    .option("--salt <text>", "another salt picks other users")
    .option("--alongside <why>", "start although another rollout of the service runs")
    .option("--despite-rollback <why>", "start although this candidate was rolled back recently")
    .option("--watch", "follow it at once, as `rollout watch` does")
    .option("--preview", "start nothing: show how long each stage would take, and what stands in the way")
    .addHelpText(
      "after",
      '\nExample:\n  steadfast rollout start new-checkout -c on -r "faster checkout" --stage 1%,+20pp,60s --stage 10%,+2pp,2m --stage 100%',
    )
    .action(async (flag: string, options: StartOptions) => {
      const session = await openSession(io, options);
      if (options.preview === true) return previewStart(session, flag, options);
      const body = await startBody(flag, options, await requireReason(io, options));
      const started = await resultOf(session.api.POST("/api/v1/rollouts", { body }));
      const isWatched = options.watch === true;
      if (!session.isJson || !isWatched) {
        const notice = session.isJson ? undefined : await trafficNotice(session.api, started);
        session.show(started, () => [
          ...renderPlan(started, viewOptions(session)),
          "",
          ...(notice === undefined
            ? []
            : [...wrap(notice, session.width).map((line) => session.paint("yellow", line)), ""]),
          ...(isWatched ? [] : [session.paint("dim", `Next: steadfast rollout watch ${started.id}`)]),
        ]);
      }
      if (isWatched) await watchRollout(session, started.id, { isWatchIncluded: false, timeoutSeconds: undefined });
    });
}

/** Exit code of a refusal when the start would be refused. */
async function previewStart(session: Session, flag: string, options: StartOptions): Promise<void> {
  const body = await startBody(flag, options, options.reason ?? "a preview");
  const preview = await resultOf(session.api.POST("/api/v1/rollouts/preview", { body }));
  session.show(preview, () => renderPreview(preview, viewOptions(session)));
  if (preview.refusals.length > 0) session.io.setExitCode(EXIT_CODES.refused);
}

function addReading(rollout: Command, io: Io): void {
  withConnection(rollout.command("list").description("rollouts, newest first"))
    .option("-e, --environment <key>", "only there (default: everywhere)")
    .option("--flag <key>", "only of this flag")
    .addOption(new Option("--state <state>", "only in this state").choices(STATES))
    .option("--active", "only those queued, in flight or still watched")
    .option("--limit <count>", "at most this many", parseInteger(1, 2_000), 50)
    .action(async (options: ListOptions) => {
      const session = await openSession(io, options);
      const filter = {
        ...(options.environment === undefined ? {} : { environment: options.environment }),
        ...(options.flag === undefined ? {} : { flag: options.flag }),
        ...(options.state === undefined ? {} : { state: options.state }),
        ...(options.active === undefined ? {} : { active: "true" as const }),
      };
      const page = await collectPages(
        (query) => resultOf(session.api.GET("/api/v1/rollouts", { params: { query: { ...query, ...filter } } })),
        options.limit,
      );
      session.show(page, () => [
        ...renderRolloutList(page.items, viewOptions(session)),
        ...(page.next === null ? [] : [session.paint("dim", `${MORE_ITEMS} or filter.`)]),
      ]);
    });
  withConnection(rollout.command("show <id>").description("a rollout as it stands, with its decisions")).action(
    async (id: string, options: ConnectionOptions) => {
      const session = await openSession(io, options);
      const result = await resultOf(session.api.GET("/api/v1/rollouts/{id}", { params: { path: { id } } }));
      const decisions = session.isJson ? [] : await readDecisions(session.api, id);
      session.show(result, () => renderRollout(result, decisions, viewOptions(session)));
    },
  );
  withConnection(rollout.command("watch <id>").description("follow it live until it ended"))
    .option("--until-done", "also through the watch after completion")
    .option("--timeout <duration>", "leave after this, like 10m", parseDurationOption)
    .addHelpText("after", `\n${WATCH_CODES}`)
    .action(async (id: string, options: WatchCommandOptions) => {
      const session = await openSession(io, options);
      await watchRollout(session, id, {
        isWatchIncluded: options.untilDone === true,
        timeoutSeconds: options.timeout,
      });
    });
  withConnection(
    rollout.command("replay <id>").description("judge its stored counts again; every decision must come out the same"),
  )
    .addHelpText("after", `\nExit codes: ${EXIT_CODES.ok} identical, ${EXIT_CODES.replayDiffers} a decision differs.`)
    .action(async (id: string, options: ConnectionOptions) => {
      const session = await openSession(io, options);
      const result = await replayRollout(session.api, id);
      const { difference, ticks, decisions } = result;
      const size = `${countText(ticks)} ticks, ${countText(decisions)} decisions`;
      session.show(result, () =>
        difference === null
          ? [`${size}: ${session.paint("green", "identical")}`]
          : [
              `${size}: ${session.paint("red", `tick ${difference.tick} differs in ${difference.field}`)}`,
              `  stored    ${difference.stored}`,
              `  replayed  ${difference.replayed ?? "nothing"}`,
            ],
      );
      if (difference !== null) io.setExitCode(EXIT_CODES.replayDiffers);
    });
}

const ACTIONS = [
  ["pause", "/api/v1/rollouts/{id}/pause", "stop where it is; the guard goes on judging"],
  ["resume", "/api/v1/rollouts/{id}/resume", "go on after a pause or a freeze"],
  ["roll-back", "/api/v1/rollouts/{id}/roll-back", "take the candidate back now, at once"],
] as const;

function addActions(rollout: Command, io: Io): void {
  for (const [name, path, description] of ACTIONS) {
    withConnection(withReason(rollout.command(`${name} <id>`).description(description))).action(
      async (id: string, options: ConnectionOptions & ReasonOption) => {
        const session = await openSession(io, options);
        const body = { reason: await requireReason(io, options) };
        await showAfter(session, await resultOf(session.api.POST(path, { params: { path: { id } }, body })));
      },
    );
  }
}

function addAdvance(rollout: Command, io: Io): void {
  const command = rollout
    .command("advance <id>")
    .description("enter the next stage now; without the evidence for it, say why")
    .option("--stage <number>", "the stage you saw: refused when the rollout has left it", parseInteger(1, 21));
  type Options = ConnectionOptions & ReasonOption & { readonly stage?: number };
  withConnection(withReason(command)).action(async (id: string, options: Options) => {
    const session = await openSession(io, options);
    const { reason, stage } = options;
    const body = { ...(reason === undefined ? {} : { reason }), ...(stage === undefined ? {} : { stage }) };
    const path = "/api/v1/rollouts/{id}/advance";
    await showAfter(session, await resultOf(session.api.POST(path, { params: { path: { id } }, body })));
  });
}

/** The rollout as an action left it, with what the guard said last. */
async function showAfter(session: Session, rollout: Rollout): Promise<void> {
  const decisions = session.isJson ? [] : await readLatestDecisions(session.api, rollout.id, 3);
  session.show(rollout, () => renderRollout(rollout, decisions, viewOptions(session)));
}

function viewOptions(session: Session): RolloutViewOptions {
  return { paint: session.paint, width: session.width, nowMs: session.io.nowMs() };
}
