import { type CountedArm, type CountedArms, isFromBefore } from "./counted-arms.ts";
import type { DropReason, DropTally } from "./drop-tally.ts";
import type { FlagDirectory } from "./flag-directory.ts";
import type { HeardService, ServiceTally } from "./service-tally.ts";

const EXAMPLE_NAME_MAX_CHARACTERS = 100;
/** Different unknown flags and variants which one request may name and be told of each: a sentence takes 5 µs to make. */
const UNKNOWN_NAMES_MAX = 1_000;

type SpanBatchDeps = {
  readonly arms: CountedArms;
  readonly drops: DropTally;
  readonly flags: FlagDirectory;
  readonly services: ServiceTally;
  readonly nowMs: number;
  /** Called once for every evaluation that was counted. */
  readonly onCounted: () => void;
  /** `null`: a token for every environment, so that each resource must name its own. */
  readonly tokenEnvironment: string | null;
};

/** Where an evaluation goes: to an arm, or into the tally for a reason. */
type Target =
  | { readonly arm: CountedArm }
  | { readonly arm: undefined; readonly reason: DropReason; readonly example: string; readonly isMendable: boolean };

/**
 * Counts the spans of one request. What a flag and variant lead to is looked up once per resource, so that a span costs two
 * look-ups of interned strings. Never awaits.
 */
export class SpanBatch {
  readonly #deps: SpanBatchDeps;
  readonly #told = new Map<DropReason, { count: number; readonly example: string }>();
  #targets = new Map<string, Map<string, Target>>();
  #environment = "";
  #refusal: Target | undefined;
  #service: string | undefined;
  #heard: HeardService | undefined;
  #isStarted = false;
  #unknownNames = 0;
  readonly #environments: ReadonlySet<string>;

  constructor(deps: SpanBatchDeps) {
    this.#deps = deps;
    this.#environments = deps.flags.environments();
  }

  /** The evaluations that follow come from this resource. */
  resource(service: string | undefined, environment: string | undefined): void {
    const before = this.#environment;
    this.#refusal = this.#settleEnvironment(environment);
    if (this.#isStarted && before === this.#environment && service === this.#service) return;
    this.#isStarted = true;
    this.#service = service;
    this.#heard = this.#deps.services.open(this.#environment, service, this.#deps.nowMs);
    this.#targets = new Map();
  }

  /** A request was served; what it was served with follows. */
  request(namesFlag: boolean): void {
    if (!this.#heard) return;
    this.#heard.lastMs = this.#deps.nowMs;
    if (namesFlag) this.#heard.lastFlagMs = this.#deps.nowMs;
  }

  /** @returns false when it was not counted for a reason that the sender can mend */
  evaluation(
    flag: string,
    variant: string,
    isFailed: boolean,
    latencyMs: number,
    unitGroup: number,
    endedMs: number,
  ): boolean {
    const target = this.#refusal ?? this.#target(flag, variant);
    if (target.arm && isFromBefore(target.arm, endedMs, this.#deps.nowMs)) {
      this.#drop("before-rollout", `${flag}: requests from before its rollout started`, 1, false);
      return true;
    }
    if (target.arm) {
      target.arm.now.addSpan(isFailed, latencyMs, unitGroup);
      target.arm.lastMs = this.#deps.nowMs;
      this.#deps.onCounted();
      return true;
    }
    this.#drop(target.reason, target.example, 1, target.isMendable);
    return !target.isMendable;
  }

  surplus(count: number): void {
    if (count > 0) this.#drop("too-many-flags-in-span", "a span evaluates more than 64 flags", count, true);
  }

  /** One sentence a reason, for the sender; "" when all was counted. */
  message(): string {
    return [...this.#told]
      .map(([reason, { count, example }]) => `${reason}: ${count} evaluation${count === 1 ? "" : "s"}; ${example}`)
      .join(". ");
  }

  #target(flag: string, variant: string): Target {
    let byVariant = this.#targets.get(flag);
    if (!byVariant) {
      byVariant = new Map();
      this.#targets.set(flag, byVariant);
    }
    let target = byVariant.get(variant);
    if (!target) {
      target = this.#find(flag, variant);
      byVariant.set(variant, target);
    }
    return target;
  }

  #find(flag: string, variant: string): Target {
    const environment = this.#environment;
    const found = this.#deps.flags.find(environment, flag);
    const isUnknown = !found?.variants.has(variant);
    if (isUnknown) this.#unknownNames += 1;
    if (isUnknown && this.#unknownNames > UNKNOWN_NAMES_MAX) return found ? MANY_VARIANTS : MANY_FLAGS;
    if (!found) {
      return refusal("flag-unknown", `there is no flag "${shown(flag)}" in ${environment}: create it, or send its key`);
    }
    if (found.service !== "" && found.service !== this.#service) {
      const sender = this.#service === undefined ? "a service without service.name" : shown(this.#service);
      const example = `${sender} sends spans for ${flag}, whose service is ${found.service}`;
      return { arm: undefined, reason: "service-mismatch", example, isMendable: false };
    }
    if (isUnknown) {
      return refusal("variant-unknown", `the flag ${flag} has no variant "${shown(variant)}" in ${environment}`);
    }
    const arm = this.#deps.arms.open({ environment, flag, variant, source: "spans" }, this.#deps.nowMs);
    return arm
      ? { arm }
      : refusal("table-full", `no room to count ${flag}: too many flags and variants arrive at once`);
  }

  /** The token's environment wins, unless the resource names another one that exists: then somebody is mistaken. */
  #settleEnvironment(named: string | undefined): Target | undefined {
    const { tokenEnvironment } = this.#deps;
    const isKnown = named !== undefined && this.#environments.has(named);
    if (tokenEnvironment === null) {
      this.#environment = isKnown ? named : "";
      if (isKnown) return undefined;
      const said = named === undefined ? "is missing" : `names "${shown(named)}", which does not exist`;
      return refusal(
        "environment-unknown",
        `deployment.environment.name ${said}: set it, or send with a token of one environment`,
      );
    }
    this.#environment = tokenEnvironment;
    if (!isKnown || named === tokenEnvironment) return undefined;
    return refusal(
      "environment-mismatch",
      `deployment.environment.name is ${named}, the token belongs to ${tokenEnvironment}: use a token of ${named}`,
    );
  }

  #drop(reason: DropReason, example: string, count: number, isTold: boolean): void {
    this.#deps.drops.add(this.#environment, reason, example, count, this.#deps.nowMs);
    if (!isTold) return;
    const told = this.#told.get(reason);
    if (told) told.count += count;
    else this.#told.set(reason, { count, example });
  }
}

function refusal(reason: DropReason, example: string): Target {
  return { arm: undefined, reason, example, isMendable: true };
}

const MANY_FLAGS = refusal("flag-unknown", "more unknown flags than are told apart in one request");
const MANY_VARIANTS = refusal("variant-unknown", "more unknown variants than are told apart in one request");

/** Names come from outside: cut, and without control characters, before they are shown or logged. */
function shown(name: string): string {
  return name.slice(0, EXAMPLE_NAME_MAX_CHARACTERS).replaceAll(/\p{Cc}/gu, "�");
}
