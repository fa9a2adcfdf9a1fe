import type { FastifySchemaCompiler } from "fastify";
import { z } from "zod";
import { ProblemError, type ProblemFault } from "./problem.ts";
import { bounded } from "./schemas.ts";

/** Faults told at once; more would not help, and a body of a megabyte can have very many. */
const FAULTS_MAX = 50;

/** Parts of a request, as they stand at the head of a fault's path; the body is the unnamed root. */
const PREFIX_BY_PART: Readonly<Record<string, string>> = {
  body: "",
  querystring: "query",
  params: "params",
  headers: "headers",
};

const WORDS: Readonly<Record<string, string>> = {
  body: "The body is",
  querystring: "The query is",
  params: "The path is",
  headers: "The headers are",
};

/** Validates with zod; a refusal names every fault by JSON pointer. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const part = httpPart ?? "body";
  // Whatever it is: the route looks at it itself.
  if (schema instanceof z.ZodUnknown) return (data) => ({ value: data });
  return (data) => {
    const result = schema.safeParse(data);
    if (result.success) return { value: result.data };
    return { error: invalidRequest(part, result.error.issues) };
  };
};

/** An item of a list that is not valid, while others are. */
export type RejectedItem = { readonly index: number; readonly message: string };

/** By body: a validator cannot give its route more than the body. */
const rejectedByBody = new WeakMap<object, readonly RejectedItem[]>();

/** The items that a `listValidator` left out of this body, at most `FAULTS_MAX`. */
export function rejectedIn(body: object): readonly RejectedItem[] {
  return rejectedByBody.get(body) ?? [];
}

/**
 * Validates a body that is a list under one name, one item after the other. The body is those that are valid; `rejectedIn`
 * tells the others. Refused whole when none is valid, or when enough are not: all the faults of a body of
 * megabytes would take a gigabyte, and a sender that makes so many is broken.
 *
 * @param itemsMax longer lists are refused unread
 */
export function listValidator(name: string, item: z.ZodType, itemsMax: number): FastifySchemaCompiler<unknown> {
  const list = z.object({ [name]: bounded(itemsMax, z.array(z.unknown())) });
  return () => (data) => {
    const body = list.safeParse(data);
    if (!body.success) return { error: invalidRequest("body", body.error.issues) };
    const items: unknown[] = [];
    const issues: z.core.$ZodIssue[] = [];
    const rejected: RejectedItem[] = [];
    for (const [index, given] of (body.data[name] ?? []).entries()) {
      const result = item.safeParse(given);
      if (result.success) items.push(result.data);
      else {
        for (const issue of result.error.issues.slice(0, FAULTS_MAX - issues.length)) {
          issues.push({ ...issue, path: [name, index, ...issue.path] });
        }
        const [first] = result.error.issues.flatMap((issue) => toFaults("", issue));
        rejected.push({ index, message: `${first?.path || "/"} ${first?.message ?? ""}` });
      }
      if (rejected.length >= FAULTS_MAX) break;
    }
    const isRefused = rejected.length >= FAULTS_MAX || (rejected.length > 0 && items.length === 0);
    if (isRefused) return { error: invalidRequest("body", issues) };
    const value = { [name]: items };
    rejectedByBody.set(value, rejected);
    return { value };
  };
}

function invalidRequest(part: string, issues: readonly z.core.$ZodIssue[]): ProblemError {
  const faults = issues.slice(0, FAULTS_MAX).flatMap((issue) => toFaults(PREFIX_BY_PART[part] ?? part, issue));
  const [first] = faults;
  const where = WORDS[part] ?? part;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return new ProblemError(
    "invalid-request",
    `${where} not valid: ${first?.path || "/"} ${first?.message ?? ""}${more}. Correct it and send it again.`,
    { faults },
  );
}

/** A union's own message says nothing; what its nearest member missed does. */
function toFaults(prefix: string, issue: z.core.$ZodIssue): ProblemFault[] {
  const base = [prefix, ...issue.path.map(escapePointer)].filter((part, index) => index > 0 || part !== "");
  const head = prefix === "" ? "/" : "";
  if (issue.code === "unrecognized_keys") {
    const message = "is not known here: check its spelling, or leave it out";
    return issue.keys.slice(0, FAULTS_MAX).map((key) => ({
      path: head + [...base, escapePointer(key)].join("/"),
      message,
    }));
  }
  if (issue.code === "invalid_union") {
    const nearest = issue.errors.toSorted((a, b) => deepest(b) - deepest(a))[0];
    if (nearest && nearest.length > 0 && deepest(nearest) > 0) {
      return nearest.flatMap((inner) => toFaults(prefix, { ...inner, path: [...issue.path, ...inner.path] }));
    }
  }
  return [{ path: base.length === 0 ? "" : head + base.join("/"), message: issue.message }];
}

function deepest(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}

/** RFC 6901. */
function escapePointer(part: PropertyKey): string {
  return String(part).replaceAll("~", "~0").replaceAll("/", "~1");
}
