import { type Command, Option } from "commander";
import { usageError } from "../cli-error.ts";
import { resultOf } from "../client.ts";
import {
  type ConnectionOptions,
  collectPages,
  type EnvironmentOption,
  MORE_ITEMS,
  openSession,
  type ReasonOption,
  requireReason,
  type Session,
  withConnection,
  withEnvironment,
  withReason,
} from "../command.ts";
import type { Io } from "../io.ts";
import { collect, parseInteger } from "../read-input.ts";
import { renderFlag, renderFlagList, renderFlagState, renderHistory, type ViewOptions } from "./flag-view.ts";
import { type SetOptions, setFlag } from "./set-flag.ts";
import { readVariants } from "./variant-input.ts";

type Common = ConnectionOptions & EnvironmentOption & ReasonOption;
type CreateOptions = Common & {
  readonly description?: string;
  readonly owner?: string;
  readonly service?: string;
  readonly variants?: readonly string[];
  readonly default?: string;
};
type ListOptions = Common & { readonly search?: string; readonly limit: number };

export function addFlagCommands(program: Command, io: Io): void {
  const flag = program.command("flag").description("create, read and change flags");
  addReading(flag, io);
  addWriting(flag, io);
}

function addReading(flag: Command, io: Io): void {
  withConnection(withEnvironment(flag.command("list").description("every flag and what it serves")))
    .option("--search <text>", "only those whose key, description, owner or service has it")
    .option("--limit <count>", "at most this many", parseInteger(1, 2_000), 200)
    .action(async (options: ListOptions) => {
      const session = await openSession(io, options);
      const search = options.search === undefined ? {} : { search: options.search };
      const page = await collectPages(
        (query) => resultOf(session.api.GET("/api/v1/flags", { params: { query: { ...query, ...search } } })),
        options.limit,
      );
      session.show(page, () => [
        ...renderFlagList(page.items, options.environment, viewOptions(session)),
        ...(page.next === null ? [] : [session.paint("dim", `${MORE_ITEMS} or use --search.`)]),
      ]);
    });
  withConnection(withEnvironment(flag.command("show <key>").description("a flag in one environment"))).action(
    async (key: string, options: Common) => {
      const session = await openSession(io, options);
      const result = await resultOf(session.api.GET("/api/v1/flags/{key}", { params: { path: { key } } }));
      session.show(result, () => renderFlag(result, options.environment, viewOptions(session)));
    },
  );
  withConnection(
    withEnvironment(flag.command("history <key>").description("its versions, newest first, with what changed")),
  )
    .option("--limit <count>", "at most this many", parseInteger(1, 2_000), 20)
    .action(async (key: string, options: Common & { readonly limit: number }) => {
      const session = await openSession(io, options);
      const path = { environment: options.environment, key };
      const page = await collectPages(({ after, limit }) => {
        const query = { limit, ...(after === undefined ? {} : { after: Number(after) }) };
        const versions = "/api/v1/environments/{environment}/flags/{key}/versions";
        return resultOf(session.api.GET(versions, { params: { path, query } }));
      }, options.limit);
      session.show(page, () => [
        ...renderHistory(page.items, viewOptions(session)),
        ...(page.next === null ? [] : [session.paint("dim", `${MORE_ITEMS}.`)]),
        "",
        session.paint("dim", `Take one back: steadfast flag restore ${key} <version> --reason "why"`),
      ]);
    });
}

function addWriting(flag: Command, io: Io): void {
  withConnection(
    withEnvironment(withReason(flag.command("create <key>").description("a new flag, in every environment"))),
  )
    .option("--description <text>", "what it is for")
    .option("--owner <team>", "the team that answers for it")
    .option("--service <name>", "the service.name whose spans count; any by default")
    .option(
      "--variants <json|name=value>",
      "JSON, @file or name=value; repeatable (default on=true off=false)",
      collect,
    )
    .option("--default <variant>", "what everybody gets at first (default off)")
    .action((key: string, options: CreateOptions) => createFlag(io, key, options));
  withConnection(withEnvironment(withReason(flag.command("set <key>").description("change a flag in one environment"))))
    .addOption(
      new Option("--state <state>", "DISABLED: everyone gets the code default").choices(["ENABLED", "DISABLED"]),
    )
    .option("--default <variant>", "the variant of those whom no rule serves")
    .option("--targeting <json>", "JSONLogic that names a variant, or @file; {} for none")
    .option("--variants <json|name=value>", "JSON, @file or name=value; repeatable; replaces all", collect)
    .option("--if-match <version>", "change only this version (default: the newest, read first)", parseInteger(1, 1e9))
    .action(async (key: string, options: SetOptions) => {
      const session = await openSession(io, options);
      const state = await setFlag(session, key, options, await requireReason(io, options));
      session.show(state, () => renderFlagState(state, viewOptions(session)));
    });
  withConnection(
    withEnvironment(
      withReason(
        flag.command("off <key>").description("kill switch: the code default for everyone, at once; stops its rollout"),
      ),
    ),
  ).action(async (key: string, options: Common) => {
    const session = await openSession(io, options);
    const body = { reason: await requireReason(io, options) };
    const path = { environment: options.environment, key };
    const state = await resultOf(
      session.api.POST("/api/v1/environments/{environment}/flags/{key}/off", { params: { path }, body }),
    );
    session.show(state, () => renderFlagState(state, viewOptions(session)));
  });
  withConnection(
    withEnvironment(
      withReason(flag.command("restore <key> <version>").description("write an older version again, as a new one")),
    ),
  ).action(async (key: string, versionText: string, options: Common) => {
    const version = Number(versionText);
    if (!/^\d+$/.test(versionText) || version < 1) {
      throw usageError(`"${versionText}" is no version.`, `steadfast flag history ${key} shows which there are.`);
    }
    const session = await openSession(io, options);
    const body = { version, reason: await requireReason(io, options) };
    const path = { environment: options.environment, key };
    const state = await resultOf(
      session.api.POST("/api/v1/environments/{environment}/flags/{key}/restore", { params: { path }, body }),
    );
    session.show(state, () => renderFlagState(state, viewOptions(session)));
  });
}

async function createFlag(io: Io, key: string, options: CreateOptions): Promise<void> {
  const variants = options.variants === undefined ? undefined : await readVariants(options.variants);
  const session = await openSession(io, options);
  const result = await resultOf(
    session.api.POST("/api/v1/flags", {
      body: {
        key,
        ...(options.description === undefined ? {} : { description: options.description }),
        ...(options.owner === undefined ? {} : { owner: options.owner }),
        ...(options.service === undefined ? {} : { service: options.service }),
        ...(variants === undefined ? {} : { variants }),
        ...(options.default === undefined ? {} : { defaultVariant: options.default }),
        ...(options.reason === undefined ? {} : { reason: options.reason }),
      },
    }),
  );
  const candidate = Object.keys(variants ?? { on: true }).find((name) => name !== (options.default ?? "off")) ?? "on";
  session.show(result, () => [
    ...renderFlag(result, options.environment, viewOptions(session)),
    "",
    session.paint("dim", `Next: steadfast rollout start ${key} --candidate ${candidate} --reason "why" --watch`),
  ]);
}

function viewOptions(session: Session): ViewOptions {
  return { paint: session.paint, width: session.width, nowMs: session.io.nowMs() };
}
