import { DEFAULT_ALPHA } from "@steadfast/core/guard/plan";
import { growthBookSequential } from "./asymptotic-sequence.ts";
import type { ComparatorKind } from "./comparator.ts";
import { MANN_WHITNEY } from "./mann-whitney.ts";
import { repeatedZTest } from "./repeated-z-test.ts";
import { ARGO_LIKE, FLAGGER_LIKE } from "./thresholds.ts";

/** Those that the guard is compared with, from their documented formulas. */
export const COMPARATORS: readonly ComparatorKind[] = [
  ARGO_LIKE,
  FLAGGER_LIKE,
  MANN_WHITNEY,
  repeatedZTest(DEFAULT_ALPHA),
  growthBookSequential(DEFAULT_ALPHA),
];

/** The z-test as most people would run it. */
export const USUAL_Z_TEST = repeatedZTest(0.05);
