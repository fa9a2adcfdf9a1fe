import { z } from "zod";
import type { CDEvent } from "./cdevent-schema.ts";

/** A CDEvent as it comes, whose fields are all as the schema has them. */
export type PlainCDEvent = {
  readonly context: Omit<CDEvent["context"], "timestamp"> & { readonly timestamp: string };
  readonly subject: { readonly id: string; readonly content?: CDEvent["subject"]["content"] };
  readonly customData?: Omit<CDEvent["customData"], "firstCommitAt"> & { readonly firstCommitAt?: string };
};

type Check = (value: unknown) => boolean;

/**
 * Whether the schema of CDEvents takes it, looked at by hand: that is a fraction of what the schema takes, for events by the thousand. `true` is always right; what is
 * `false` is for the schema to decide, which also says why.
 */
export function isPlainCDEvent(body: unknown): body is PlainCDEvent {
  if (!isObject(body)) return false;
  const { context, subject, customData } = body;
  if (!isObject(context) || !isObject(subject)) return false;
  const { id, source, type, timestamp } = context;
  const { id: subjectId, content } = subject;
  return (
    isId(id) &&
    isText(source, SOURCE_LENGTH_MAX) &&
    isString(type) &&
    isTime(timestamp) &&
    isId(subjectId) &&
    (content === undefined || hasOnly(CONTENT, content)) &&
    (customData === undefined || hasOnly(CUSTOM_DATA, customData))
  );
}

const ID_LENGTH_MAX = 500;
const SOURCE_LENGTH_MAX = 1_000;
const NAME_LENGTH_MAX = 200;
const LIST_LENGTH_MAX = 1_000;
const TIME = z.regexes.datetime({ offset: true });
const REVISION = /^[0-9a-f]{40}$|^[0-9a-f]{64}$/;
const VERDICTS: ReadonlySet<unknown> = new Set(["approved", "changes-requested", "commented"]);

const isId: Check = (value) => typeof value === "string" && value.length >= 1 && value.length <= ID_LENGTH_MAX;
const isTime: Check = (value) => typeof value === "string" && TIME.test(value);
const isRevision: Check = (value) => typeof value === "string" && REVISION.test(value);
const isName: Check = (value) => isText(value, NAME_LENGTH_MAX);
const isString: Check = (value) => typeof value === "string";
const isBoolean: Check = (value) => typeof value === "boolean";
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isListOf = (check: Check) => (value: unknown) =>
  Array.isArray(value) && value.length <= LIST_LENGTH_MAX && value.every(check);
const isReference: Check = (value) => hasOnly(REFERENCE, value);

const REFERENCE: ReadonlyMap<string, Check> = new Map([
  ["id", isId],
  ["name", isString],
]);

const CONTENT: ReadonlyMap<string, Check> = new Map([
  ...["description", "title", "pipelineName", "uri", "outcome"].map((name) => [name, isString] as const),
  ...["repository", "environment", "service", "testCase"].map((name) => [name, isReference] as const),
]);

const CUSTOM_DATA: ReadonlyMap<string, Check> = new Map([
  ...["service", "repository", "deploymentId", "rollsBack"].map((name) => [name, isId] as const),
  ...["revision", "previousRevision", "mergeCommit"].map((name) => [name, isRevision] as const),
  ...["isPlanned", "isAuthorBot"].map((name) => [name, isBoolean] as const),
  ...["remediates", "causedBy"].map((name) => [name, isListOf(isId)] as const),
  ...["linesAdded", "linesRemoved"].map((name) => [name, isCount] as const),
  ...["author", "reviewer"].map((name) => [name, isName] as const),
  ["number", Number.isSafeInteger],
  ["firstCommitAt", isTime],
  ["commits", isListOf(isRevision)],
  ["verdict", (value) => VERDICTS.has(value)],
  ["durationMs", (value) => typeof value === "number" && Number.isFinite(value) && value >= 0],
]);

/** An object whose fields are as they are to be; fields that are not named may be anything. */
function hasOnly(checks: ReadonlyMap<string, Check>, given: unknown): boolean {
  if (!isObject(given)) return false;
  for (const name in given) {
    const check = checks.get(name);
    if (check !== undefined && !check(given[name])) return false;
  }
  return true;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown, lengthMax: number): boolean {
  return typeof value === "string" && value.length <= lengthMax;
}
