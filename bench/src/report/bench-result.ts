/** A promise, and what was measured. A missed one stays visible, with its reason. */
export type Target = {
  /** What is promised, in words: "static flag, beside the hand-written closure". */
  readonly what: string;
  /** "≤ 1.5 ×" */
  readonly limit: string;
  /** "0.77 ×" */
  readonly measured: string;
  readonly isMet: boolean;
  /** Why it was missed, or what it depends on. */
  readonly reason?: string;
};

export type Table = {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** One sentence below it. */
  readonly note?: string;
};

/** Horizontal bars: one of them ours, the others peers or limits. */
export type BarChart = {
  readonly title: string;
  readonly unit: string;
  readonly isLogarithmic: boolean;
  readonly bars: readonly { readonly name: string; readonly value: number; readonly isOurs: boolean }[];
};

/** What one benchmark found. */
export type Findings = {
  readonly title: string;
  /** How it was measured, one sentence each: the reader must be able to doubt it. */
  readonly method: readonly string[];
  readonly targets: readonly Target[];
  readonly tables: readonly Table[];
  readonly charts: readonly BarChart[];
  readonly notes: readonly string[];
};

/** What `bench/results/<name>.json` holds: findings, and on what they were found. */
export type BenchResult = Findings & {
  readonly name: string;
  readonly size: "quick" | "full";
  /** RFC 3339, UTC. */
  readonly measuredAt: string;
  readonly tookSeconds: number;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGb: number;
    readonly platform: string;
    /** Of the minute before it began, over all cores: what else ran on the machine. */
    readonly loadAverageBefore: number;
  };
  readonly versions: Readonly<Record<string, string>>;
};

export type BenchOptions = {
  readonly isQuick: boolean;
  /** How long `soak` lasts. */
  readonly minutes: number;
  /** A clone that `delivery` reads instead of the one it makes; `null`: none given. */
  readonly repository: string | null;
};

export type Benchmark = {
  /** The packages whose versions belong to the result. */
  readonly packages: readonly string[];
  readonly run: (options: BenchOptions) => Promise<Findings>;
};
