import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { GitError } from "../../git/run-git.ts";
import { CliError, usageError } from "../cli-error.ts";
import { EXIT_CODES } from "../exit-codes.ts";
import { type Io, paintFor, widthOf } from "../io.ts";
import { plain, wrap } from "../terminal/text.ts";
import { collectDelivery } from "./collect.ts";
import type { Collected } from "./collected.ts";
import { addImportCommand } from "./import/import-command.ts";
import { startProgress } from "./progress.ts";
import { type DeliveryOptions, type DeliveryRequest, readRequest } from "./request.ts";

/** `steadfast delivery [PATH]`: reads a clone, asks no server. Commands that do ask one stand below it, such as `delivery import`. */
export function addDeliveryCommands(program: Command, io: Io): void {
  const collect = (value: string, list: readonly string[] = []): readonly string[] => [...list, value];
  const delivery = program
    .command("delivery")
    .description("how fast and how safely a repository delivers, from a git clone alone")
    .argument("[path]", "a git clone, bare or not", ".")
    .option(
      "--from <time>",
      "measure releases from here on: 2024-01-31, or 90d (default: a year, or all where that has under ten)",
    )
    .option("--to <time>", "… and before this (default: now)")
    .option(
      "--releases <regex>",
      "which tags are releases; may be given several times (default: proposed from the tags)",
      collect,
    )
    .option("--include-prereleases", "propose pre-releases (-rc.1, -beta, …) as releases too")
    .option("--package <path>", "only commits that touch this path of a monorepo; may be given several times", collect)
    .option("--attribution-window <hours>", "how soon after a deployment an incident is laid to it", "24h")
    .option("--compare <from..to>", "the same figures of another time beside these")
    .option("--lines", "measure lines of every commit, however many (cached)")
    .option("--no-lines", "never measure lines")
    .option("--explain", "print how each figure is defined")
    .option("--json", "print the report as JSON, nothing else")
    .option("--csv", "print a line a release")
    .option("--html <file>", "write one self-contained page with charts")
    .action(async (path: string, options: DeliveryOptions) => runDelivery(io, path, options));
  addImportCommand(delivery, io);
}

async function runDelivery(io: Io, path: string, options: DeliveryOptions): Promise<void> {
  const request = readRequest(path, options, io.nowMs());
  const collected = await collectOrExplain(io, request);
  if (options.html !== undefined) await writePage(io, options.html, collected);
  io.stdout.write(`${await textOf(io, collected, options)}\n`);
  warnOfNothing(io, request, collected, options);
  await collected.kept;
}

/** A pattern that matches nothing is most likely a slip of the keyboard: say it where JSON is read by a program too. */
function warnOfNothing(io: Io, request: DeliveryRequest, collected: Collected, options: DeliveryOptions): void {
  const hasMatch = collected.reports.some(({ releases }) => releases.matchedCount > 0);
  if (hasMatch || (options.json !== true && options.csv !== true)) return;
  const why =
    collected.tagCount === 0
      ? "There are no tags"
      : request.patterns.length > 0
        ? "No tag matches --releases"
        : "No tag looks like a release";
  io.stderr.write(`${why}: there is nothing to measure.\n`);
}

/** Each form is loaded when it is asked for. */
async function textOf(io: Io, collected: Collected, options: DeliveryOptions): Promise<string> {
  if (options.json === true) return JSON.stringify((await import("./report-json.ts")).jsonOf(collected), null, 2);
  if (options.csv === true) return (await import("./report-csv.ts")).csvOf(collected).join("\n");
  return (await screenOf(io, collected, options.explain === true)).join("\n");
}

async function screenOf(io: Io, collected: Collected, isExplained: boolean): Promise<readonly string[]> {
  const { renderReports } = await import("./report-view.ts");
  const view = { paint: paintFor(io, io.stdout), width: widthOf(io.stdout) };
  const report = renderReports(collected, view);
  if (!isExplained) return [...report, "", view.paint("dim", "How each figure is defined: --explain")];
  const { DEFINITIONS } = await import("./explain.ts");
  const definitions = DEFINITIONS.flatMap(([term, meaning]) => [
    view.paint("bold", term),
    ...wrap(meaning, view.width - 2).map((line) => `  ${line}`),
  ]);
  return [...report, "", ...definitions];
}

async function collectOrExplain(io: Io, request: DeliveryRequest): Promise<Collected> {
  const progress = startProgress(io);
  const interrupted = new AbortController();
  const stopListening = io.onInterrupt(() => interrupted.abort());
  try {
    return await collectDelivery(io, request, progress, interrupted.signal);
  } catch (error) {
    if (error instanceof GitError) throw explained(error, request.path, interrupted.signal.aborted);
    throw error;
  } finally {
    stopListening();
    progress.done();
  }
}

/** What happened, and what to do about it. */
function explained({ failure, detail }: GitError, path: string, isInterrupted: boolean): CliError {
  const place = plain(path);
  if (isInterrupted || failure === "aborted") return new CliError("Stopped.", { exitCode: EXIT_CODES.interrupted });
  if (failure === "no-such-folder")
    return usageError(`There is no folder ${place}.`, "Name a git clone: steadfast delivery ../shop");
  if (failure === "not-a-repository")
    return usageError(`${place} is not in a git repository.`, "Name a git clone: steadfast delivery ../shop");
  if (failure === "git-missing")
    return new CliError("git is not installed, or not in the PATH.", { advice: ["Install git 2.31 or newer."] });
  if (failure === "untrusted-owner")
    return new CliError(`git refuses ${place}: it belongs to somebody else.`, {
      advice: ["If you trust it: git config --global --add safe.directory <its absolute path>"],
    });
  return new CliError(`git could not read ${place}: ${plain(detail)}`, {
    advice: ["See what is wrong with it: git fsck", "A fresh clone is often the quickest way out."],
  });
}

async function writePage(io: Io, file: string, collected: Collected): Promise<void> {
  const { htmlOf } = await import("./report-html.ts");
  try {
    await writeFile(file, htmlOf(collected, io.nowMs()));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usageError(
      `The page could not be written: ${plain(why)}`,
      "Name a file that can be written: --html report.html",
    );
  }
  io.stderr.write(`Written: ${plain(file)}\n`);
}
