import { CountedArms } from "../../../packages/server/src/telemetry/counted-arms.ts";
import { DropTally } from "../../../packages/server/src/telemetry/drop-tally.ts";
import { ServiceTally } from "../../../packages/server/src/telemetry/service-tally.ts";
import { SpanBatch } from "../../../packages/server/src/telemetry/span-batch.ts";

/** What a server counts spans with, for one environment whose flags all exist. */
export function openCounting(): { readonly open: () => SpanBatch; readonly counted: () => number } {
  const arms = new CountedArms();
  const drops = new DropTally();
  const services = new ServiceTally();
  const variants = new Set(["on", "off"]);
  let counted = 0;
  return {
    open: () =>
      new SpanBatch({
        arms,
        drops,
        services,
        nowMs: Date.now(),
        tokenEnvironment: "production",
        onCounted: () => {
          counted += 1;
        },
        flags: { environments: () => new Set(["production"]), find: () => ({ service: "shop", variants }) },
      }),
    counted: () => counted,
  };
}
