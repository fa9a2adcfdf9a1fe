import type { SpanSink } from "./span-sink.ts";

export type RecordedEvaluation = {
  readonly service: string | undefined;
  readonly environment: string | undefined;
  readonly flag: string;
  readonly variant: string;
  readonly failed: boolean;
  readonly latencyMs: number;
  readonly unitGroup: number;
  readonly endedMs: number;
};

/** Keeps what it is given; `isCounted` answers the decoder. */
export function recordingSink(isCounted: (flag: string) => boolean = () => true) {
  const evaluations: RecordedEvaluation[] = [];
  const requests: boolean[] = [];
  let from: { service: string | undefined; environment: string | undefined } | undefined;
  const sink: SpanSink = {
    resource(service, environment) {
      from = { service, environment };
    },
    request(namesFlag) {
      requests.push(namesFlag);
    },
    evaluation(flag, variant, failed, latencyMs, unitGroup, endedMs) {
      if (!from) throw new Error("an evaluation before its resource");
      evaluations.push({ ...from, flag, variant, failed, latencyMs, unitGroup, endedMs });
      return isCounted(flag);
    },
  };
  return { sink, evaluations, requests };
}
