import type { SpanSink, SpanTally } from "./span-sink.ts";

/** A request that evaluates more flags than this is counted for the first ones; the rest is tallied. */
export const EVALUATIONS_PER_SPAN_MAX = 64;

/** The flags evaluated within one span, each flag and variant once. Reused from span to span. */
export class SpanEvaluations {
  readonly #flags: string[] = [];
  readonly #variants: string[] = [];
  readonly #groups: number[] = [];
  #surplus = 0;

  clear(): void {
    this.#flags.length = 0;
    this.#variants.length = 0;
    this.#groups.length = 0;
    this.#surplus = 0;
  }

  isEmpty(): boolean {
    return this.#flags.length === 0;
  }

  /** @param unitGroup of the evaluation's own context, −1 when it names none */
  add(flag: string, variant: string, unitGroup: number): void {
    for (let index = 0; index < this.#flags.length; index += 1) {
      if (this.#flags[index] === flag && this.#variants[index] === variant) return;
    }
    if (this.#flags.length >= EVALUATIONS_PER_SPAN_MAX) {
      this.#surplus += 1;
      return;
    }
    this.#flags.push(flag);
    this.#variants.push(variant);
    this.#groups.push(unitGroup);
  }

  /** @param span its `unitGroup` stands in for evaluations which name no context of their own */
  emit(
    sink: SpanSink,
    tally: SpanTally,
    span: {
      readonly failed: boolean;
      readonly latencyMs: number;
      readonly endedMs: number;
      readonly unitGroup: number;
    },
  ): void {
    const { failed, latencyMs, endedMs } = span;
    let isCounted = false;
    let index = 0;
    for (const flag of this.#flags) {
      const own = this.#groups[index] ?? -1;
      const group = own === -1 ? span.unitGroup : own;
      if (sink.evaluation(flag, this.#variants[index] ?? "", failed, latencyMs, group, endedMs)) isCounted = true;
      index += 1;
    }
    tally.evaluations += this.#flags.length;
    tally.surplusEvaluations += this.#surplus;
    if (!isCounted) tally.rejectedSpans += 1;
  }
}
