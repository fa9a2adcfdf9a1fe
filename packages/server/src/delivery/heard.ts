import type { FactKind, SourceFact } from "@steadfast/core/delivery/facts";
import type { ToldKind } from "@steadfast/core/delivery/told";
import type { TellingRow } from "./read.ts";

const FACT_KIND_BY_TOLD: Readonly<Record<ToldKind, FactKind>> = {
  commit: "commits",
  change: "changes",
  deployment: "deployments",
  incident: "incidents",
  "pipeline-run": "pipeline-runs",
  "test-run": "test-runs",
};

/** What one source told for a service, or for one of its repositories. */
export type Heard = {
  readonly source: string;
  /** `service/…` or `repository/…`, as core/delivery/scope.ts makes them. */
  readonly scope: string;
  readonly tells: readonly FactKind[];
  readonly tellings: number;
  readonly lastHeardAtMs: number;
};

type Tally = {
  readonly source: string;
  readonly scope: string;
  readonly tells: Set<FactKind>;
  tellings: number;
  firstMs: number;
  lastMs: number;
};

/** Who told what, counted as it is read. */
export class HeardSources {
  readonly #tallies = new Map<string, Tally>();
  /** Of the telling before: the next is mostly of the same. */
  #latest: Tally | undefined;

  add({ source, scope, recorded_at_ms: atMs }: TellingRow, kind: ToldKind): void {
    if (this.#latest?.source !== source || this.#latest.scope !== scope) this.#latest = this.#tallyOf(source, scope);
    const tally = this.#latest;
    tally.tells.add(FACT_KIND_BY_TOLD[kind]);
    tally.tellings += 1;
    tally.firstMs = Math.min(tally.firstMs, atMs);
    tally.lastMs = Math.max(tally.lastMs, atMs);
  }

  #tallyOf(source: string, scope: string): Tally {
    const key = `${source} ${scope}`;
    const known = this.#tallies.get(key);
    if (known !== undefined) return known;
    const tally = {
      ...{ source, scope, tells: new Set<FactKind>() },
      ...{ tellings: 0, firstMs: Number.POSITIVE_INFINITY, lastMs: Number.NEGATIVE_INFINITY },
    };
    this.#tallies.set(key, tally);
    return tally;
  }

  /** By source, whatever it told of. */
  facts(): SourceFact[] {
    return [...Map.groupBy(this.#tallies.values(), ({ source }) => source)]
      .map(([name, tallies]) => ({
        name,
        tells: [...new Set(tallies.flatMap(({ tells }) => [...tells]))].sort(),
        firstHeardAtMs: Math.min(...tallies.map(({ firstMs }) => firstMs)),
        lastHeardAtMs: Math.max(...tallies.map(({ lastMs }) => lastMs)),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** By what it told of, repositories first. */
  byScope(): Heard[] {
    return [...this.#tallies.values()]
      .map(({ source, scope, tells, tellings, lastMs }) => ({
        ...{ source, scope, tells: [...tells].sort(), tellings, lastHeardAtMs: lastMs },
      }))
      .sort((a, b) => (`${a.scope} ${a.source}` < `${b.scope} ${b.source}` ? -1 : 1));
  }
}
