import { z } from "zod";
import { actor, environmentKey, flagKey, json, page, timestamp } from "../http/schemas.ts";
import type { EventFilter } from "./filter.ts";

const TYPES_MAX = 20;
const TEXT_MAX_CHARACTERS = 100;

export const subject = z
  .object({
    kind: z.enum(["rollout", "flag", "environment", "token", "other"]),
    id: z.string(),
    name: z.string().describe("By which people know it: a rollout's is its flag"),
    environment: z.string().nullable(),
  })
  .meta({ id: "Subject" });

export const event = z
  .object({
    seq: z.number().int(),
    id: z.string(),
    stream: z.string(),
    version: z.number().int(),
    type: z.string(),
    subject,
    data: json,
    actor,
    reason: z.string().nullable(),
    at: timestamp,
  })
  .meta({ id: "Event" });

export const eventPage = page(event, "EventPage");

/** What narrows the journal; the same for a page and for the stream. */
export const filterQuery = z.object({
  stream: z.string().max(300).optional().describe("Such as flag/production/new-checkout"),
  type: z
    .string()
    .max(1_000)
    .refine((types) => types.split(",").length <= TYPES_MAX, `at most ${TYPES_MAX} types`)
    .optional()
    .describe("Types, or prefixes with a dot at their end, such as rollout.; commas between them"),
  environment: environmentKey.optional().describe("Its own events, those of its flags and of its rollouts"),
  flag: flagKey.optional().describe("A flag's own events in every environment, and those of its rollouts"),
  actor: z.string().max(100).optional().describe("The id of a token, or of a part of the server, such as guard"),
  from: z.iso.datetime({ offset: true }).optional().describe("RFC 3339: not before"),
  to: z.iso.datetime({ offset: true }).optional().describe("RFC 3339: not after"),
  text: z.string().min(1).max(TEXT_MAX_CHARACTERS).optional().describe("A part of the reason, in any case"),
});

export function toFilter(query: z.infer<typeof filterQuery>): EventFilter {
  const { stream, type, environment, flag, actor: by, from, to, text } = query;
  return {
    stream,
    environment,
    flag,
    text,
    types: type?.split(",").filter((each) => each !== ""),
    actor: by,
    fromMs: from === undefined ? undefined : Date.parse(from),
    toMs: to === undefined ? undefined : Date.parse(to),
  };
}
