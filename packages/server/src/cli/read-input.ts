import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import { usageError } from "./cli-error.ts";

/** A JSON value: what an option's text or file held. */
export type JsonInput = null | boolean | number | string | JsonInput[] | { [key: string]: JsonInput };

/**
 * JSON as an option gives it: the text itself, or `@file`.
 *
 * @throws {CliError} naming the option and the place of the fault.
 */
export async function readJsonOption(option: string, text: string): Promise<JsonInput> {
  const source = text.startsWith("@") ? await readNamedFile(option, text.slice(1)) : text;
  try {
    const value: JsonInput = JSON.parse(source);
    return value;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usageError(
      `${option} is not JSON: ${why}.`,
      `Quote it for the shell, or put it in a file: ${option} @file.json`,
    );
  }
}

export function parseInteger(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

export function parseNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= min && value <= max)) {
      throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
    }
    return value;
  };
}

const SECONDS_BY_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3_600, d: 86_400 };

/** "90", "90s", "5m", "2h" → whole seconds; `undefined` when it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,7})\s*(s|m|min|h|d)?$/.exec(text.trim());
  if (match === null) return undefined;
  return Number(match[1]) * (SECONDS_BY_UNIT[match[2] ?? "s"] ?? 1);
}

/** The longest that a timer of Node can wait, less a part of a day. */
const DURATION_SECONDS_MAX = 24 * 86_400;

export function parseDurationOption(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined) throw new InvalidArgumentError("Write it like 90s, 5m or 2h.");
  if (seconds > DURATION_SECONDS_MAX) throw new InvalidArgumentError("It must be at most 24d.");
  return seconds;
}

/** For options that may be given several times. */
export function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

async function readNamedFile(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usageError(`${option}: the file ${resolve(path)} cannot be read: ${why}.`);
  }
}
