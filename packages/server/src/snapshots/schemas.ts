import { z } from "zod";
import { timestamp } from "../http/schemas.ts";

/** A provider says which snapshot it applied, so that "change to applied" is measured. */
export const appliedBody = z
  .object({
    instance: z.string().min(1).max(100).describe("Random per process"),
    name: z.string().max(200).default("").describe("Such as the service's name"),
    version: z.number().int().min(0).describe("metadata.version of the snapshot"),
  })
  .meta({ id: "AppliedSnapshot" });

export const instance = z
  .object({
    id: z.string(),
    name: z.string(),
    appliedVersion: z.number().int(),
    appliedLagMs: z.number().nullable().describe("From the change to its being applied, by this server's clock"),
    seenAt: timestamp,
  })
  .meta({ id: "Instance" });

export const instanceList = z
  .object({
    items: z.array(instance).describe("Furthest behind first"),
    currentVersion: z.number().int(),
    summary: z
      .object({
        total: z.number().int(),
        upToDate: z.number().int().describe("Have applied the current version"),
        slowestLagMs: z.number().nullable().describe("Of each one's last change, the longest; null: none was measured"),
      })
      .describe("Of all, whatever the limit"),
  })
  .meta({ id: "InstanceList" });
