import type { BarChart, Table, Target } from "../report/bench-result.ts";

/** A part of what the guard's benchmark finds. */
export type Section = {
  readonly targets: readonly Target[];
  readonly tables: readonly Table[];
  readonly charts?: readonly BarChart[];
};
