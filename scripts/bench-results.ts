import { z } from "zod";
import type { BenchResult } from "../bench/src/report/bench-result.ts";

const target = z.strictObject({
  what: z.string(),
  limit: z.string(),
  measured: z.string(),
  isMet: z.boolean(),
  reason: z.string().exactOptional(),
});

const table = z.strictObject({
  title: z.string(),
  columns: z.array(z.string()).min(1),
  rows: z.array(z.array(z.string())),
  note: z.string().exactOptional(),
});

const chart = z.strictObject({
  title: z.string(),
  unit: z.string(),
  isLogarithmic: z.boolean(),
  bars: z.array(z.strictObject({ name: z.string(), value: z.number(), isOurs: z.boolean() })).min(1),
});

const benchResult = z.strictObject({
  name: z.string().regex(/^[a-z]+$/),
  title: z.string(),
  method: z.array(z.string()),
  targets: z.array(target),
  tables: z.array(table),
  charts: z.array(chart),
  notes: z.array(z.string()),
  size: z.enum(["quick", "full"]),
  measuredAt: z.iso.datetime(),
  tookSeconds: z.number(),
  machine: z.strictObject({
    cpu: z.string(),
    cores: z.number(),
    memoryGb: z.number(),
    platform: z.string(),
    loadAverageBefore: z.number(),
  }),
  versions: z.record(z.string(), z.string()),
});

/** @throws when a file of bench/results is not what a benchmark writes */
export function parseBenchResult(text: string): BenchResult {
  return benchResult.parse(JSON.parse(text));
}
