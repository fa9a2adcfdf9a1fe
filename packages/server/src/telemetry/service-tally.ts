/** When a service's requests arrived, and whether any of them said which flag it was served with. */
export type HeardService = {
  /** `service.name`; "" when the resource has none. */
  readonly service: string;
  lastMs: number;
  /** `undefined`: none of its requests has named a flag and its variant. */
  lastFlagMs: number | undefined;
};

/** Services told apart at once, over all environments. Past it a further one is not told; its spans are counted. */
export const SERVICES_HEARD_MAX = 500;
const SERVICE_NAME_MAX_CHARACTERS = 100;
/** A service that has been silent for this long is no longer told. */
const SERVICE_HEARD_FOR_MS = 15 * 60_000;

/**
 * Who sends spans, also when none can be counted: "nothing arrives" and "what arrives names no flag" want different cures.
 * Bounded.
 */
export class ServiceTally {
  readonly #byName = new Map<string, HeardService & { readonly environment: string }>();
  #prunedMs = Number.NaN;

  /** The service's entry, to be written by who reads its spans; `undefined` when there is no room. */
  open(environment: string, service: string | undefined, nowMs: number): HeardService | undefined {
    const name = (service ?? "").slice(0, SERVICE_NAME_MAX_CHARACTERS);
    const key = `${environment}/${name}`;
    const known = this.#byName.get(key);
    if (known) return known;
    if (this.#byName.size >= SERVICES_HEARD_MAX && nowMs !== this.#prunedMs) this.prune(nowMs);
    if (this.#byName.size >= SERVICES_HEARD_MAX) return undefined;
    // Not heard yet: its first request says when.
    const entry = { environment, service: name, lastMs: Number.NEGATIVE_INFINITY, lastFlagMs: undefined };
    this.#byName.set(key, entry);
    return entry;
  }

  /** The services that were heard in this environment, by name. */
  list(environment: string, nowMs: number): readonly HeardService[] {
    this.prune(nowMs);
    return [...this.#byName.values()]
      .filter((entry) => entry.environment === environment)
      .sort((a, b) => (a.service < b.service ? -1 : 1));
  }

  prune(nowMs: number): void {
    this.#prunedMs = nowMs;
    for (const [key, { lastMs }] of this.#byName) {
      if (nowMs - lastMs > SERVICE_HEARD_FOR_MS) this.#byName.delete(key);
    }
  }
}
