import { z } from "zod";
import { actor, json, page, timestamp } from "../http/schemas.ts";

export const event = z
  .object({
    seq: z.number().int(),
    id: z.string(),
    stream: z.string(),
    version: z.number().int(),
    type: z.string(),
    data: json,
    actor,
    reason: z.string().nullable(),
    at: timestamp,
  })
  .meta({ id: "Event" });

export const eventPage = page(event, "EventPage");
