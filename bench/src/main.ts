type Benchmark = { readonly run: (args: readonly string[]) => Promise<void> };

/** Loaded when asked for: one benchmark's code must not warm or slow another's. */
const BENCHMARKS: ReadonlyMap<string, () => Promise<Benchmark>> = new Map([
  ["evaluate", () => import("./evaluate/main.ts")],
  ["guard", () => import("./guard/main.ts")],
]);

const [name = "", ...args] = process.argv.slice(2);
const load = BENCHMARKS.get(name);
if (load === undefined) {
  const given = name === "" ? "No benchmark was named" : `There is no benchmark "${name}"`;
  console.error(`${given}: run npm run bench -- <${[...BENCHMARKS.keys()].join(" | ")}> [options].`);
  process.exitCode = 1;
} else {
  const benchmark = await load();
  await benchmark.run(args);
}
