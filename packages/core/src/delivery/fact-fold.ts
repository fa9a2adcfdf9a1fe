import { compareText } from "./compare-text.ts";
import type { DeliveryFacts } from "./facts.ts";
import { mergeTold } from "./merge-told.ts";
import { byMoment, byTrust } from "./telling-order.ts";
import type { Told } from "./told.ts";
import { type Subject, toChange, toCommit, toDeployment, toIncident, toPipelineRun, toTestRun } from "./told-facts.ts";

/**
 * The facts that tellings amount to, kept up to date while more are told: only the subjects that something new was said of are made again.
 * What was added in whatever portions and order, and however often, gives the facts that `foldTold` makes of all of it at once.
 *
 * Keeps the tellings that it was given. O(1) a telling, and O(s log s) in the subjects of a kind for the facts after a new subject of it.
 *
 * @public
 */
export class FactFold {
  readonly #commits = new KindFold(toCommit, byTrust);
  readonly #changes = new KindFold(toChange);
  readonly #deployments = new KindFold(toDeployment);
  readonly #incidents = new KindFold(toIncident);
  readonly #pipelineRuns = new KindFold(toPipelineRun);
  readonly #testRuns = new KindFold(toTestRun);

  add(telling: Told): void {
    if (telling.kind === "commit") this.#commits.add(telling);
    else if (telling.kind === "change") this.#changes.add(telling);
    else if (telling.kind === "deployment") this.#deployments.add(telling);
    else if (telling.kind === "incident") this.#incidents.add(telling);
    else if (telling.kind === "pipeline-run") this.#pipelineRuns.add(telling);
    else this.#testRuns.add(telling);
  }

  /** As they are now, each kind in the order of its subjects. What is returned stays as it is when more is added. */
  facts(): Omit<DeliveryFacts, "sources"> {
    return {
      commits: this.#commits.facts(),
      changes: this.#changes.facts(),
      deployments: this.#deployments.facts(),
      incidents: this.#incidents.facts(),
      pipelineRuns: this.#pipelineRuns.facts(),
      testRuns: this.#testRuns.facts(),
    };
  }
}

/** What was told of one subject, and what it amounts to; `undefined`: to be made again. */
type Folded<Each extends Told, Fact> = {
  readonly id: string;
  readonly tellings: Each[];
  facts: readonly Fact[] | undefined;
};

/** The facts of one kind. A subject makes none as long as too little is told of it. */
class KindFold<Each extends Told, Fact> {
  readonly #toFact: (subject: Subject<Each>) => readonly Fact[];
  readonly #order: (a: Each, b: Each) => number;
  readonly #subjects = new Map<string, Folded<Each, Fact>>();
  #inOrder: Folded<Each, Fact>[] = [];
  #facts: readonly Fact[] | undefined = [];

  constructor(toFact: (subject: Subject<Each>) => readonly Fact[], order: (a: Each, b: Each) => number = byMoment) {
    this.#toFact = toFact;
    this.#order = order;
  }

  add(telling: Each): void {
    this.#facts = undefined;
    const known = this.#subjects.get(telling.subject);
    if (known === undefined) {
      this.#subjects.set(telling.subject, { id: telling.subject, tellings: [telling], facts: undefined });
      return;
    }
    known.facts = undefined;
    insertInOrder(known.tellings, telling, this.#order);
  }

  facts(): readonly Fact[] {
    if (this.#facts !== undefined) return this.#facts;
    // By code unit, as everywhere: the order must not depend on the machine.
    if (this.#inOrder.length < this.#subjects.size)
      this.#inOrder = [...this.#subjects.values()].sort((a, b) => compareText(a.id, b.id));
    this.#facts = this.#inOrder.flatMap((subject) => {
      subject.facts ??= this.#make(subject);
      return subject.facts;
    });
    return this.#facts;
  }

  #make({ id, tellings }: Folded<Each, Fact>): readonly Fact[] {
    const [first, ...later] = tellings;
    return first === undefined ? [] : this.#toFact({ id, tellings, told: mergeTold<Each["told"]>(first, later) });
  }
}

/** The same message is there once. */
function insertInOrder<Each>(tellings: Each[], telling: Each, compare: (a: Each, b: Each) => number): void {
  let [low, high] = [0, tellings.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = tellings[middle];
    const order = other === undefined ? 0 : compare(other, telling);
    if (order === 0) return;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  tellings.splice(low, 0, telling);
}
