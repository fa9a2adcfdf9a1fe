/** Answers kept: at 1,000 points each is some 200 kB, all of them 4 MB. */
const ANSWERS_KEPT_MAX = 20;

/** Answers made at a time: each takes the thread in pieces of some 4 ms, and the guard's second must have its turn. */
const MADE_AT_A_TIME = 2;

/** Makes an answer once for all who ask for it meanwhile and soon after; few at a time, the rest wait. */
export class SeriesCache<Answer> {
  readonly #answers = new Map<string, Promise<Answer>>();
  readonly #waiting: (() => void)[] = [];
  #making = 0;

  async get(key: string, make: () => Promise<Answer>): Promise<Answer> {
    const kept = this.#answers.get(key);
    if (kept) {
      this.#answers.delete(key);
      this.#answers.set(key, kept);
      return kept;
    }
    const answer = this.#inTurn(make);
    this.#answers.set(key, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > ANSWERS_KEPT_MAX && oldest !== undefined) this.#answers.delete(oldest);
    try {
      return await answer;
    } catch (error) {
      this.#answers.delete(key);
      throw error;
    }
  }

  async #inTurn(make: () => Promise<Answer>): Promise<Answer> {
    while (this.#making >= MADE_AT_A_TIME) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#making += 1;
    try {
      return await make();
    } finally {
      this.#making -= 1;
      this.#waiting.shift()?.();
    }
  }
}
