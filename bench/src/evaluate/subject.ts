/** An evaluator under test. */
export type Subject = {
  readonly name: string;
  /** False: its bucketing is its own, so only its rule can be compared, and the share of the rest. */
  readonly hashesAlike: boolean;
  /** Evaluates `key` for `count` contexts in turn and tells for how many it was on. A promise where its API has nothing else. */
  readonly evaluateMany: (key: string, count: number) => number | Promise<number>;
  /** Whether it is on for the context of this index. */
  readonly isOn: (key: string, index: number) => boolean | Promise<boolean>;
};

/**
 * A subject whose API answers at once.
 *
 * @param contexts in the form its API takes, made beforehand as a service makes them once a request; a power of two of them
 */
export function immediateSubject<Context>(
  name: string,
  hashesAlike: boolean,
  contexts: readonly Context[],
  isOn: (key: string, context: Context) => boolean,
): Subject {
  const mask = contexts.length - 1;
  return {
    name,
    hashesAlike,
    evaluateMany: (key, count) => {
      let on = 0;
      for (let index = 0; index < count; index++) {
        const context = contexts[index & mask];
        if (context !== undefined && isOn(key, context)) on++;
      }
      return on;
    },
    isOn: (key, index) => {
      const context = contexts[index & mask];
      return context !== undefined && isOn(key, context);
    },
  };
}

/** A subject whose API answers with a promise. */
export function promisedSubject<Context>(
  name: string,
  contexts: readonly Context[],
  isOn: (key: string, context: Context) => Promise<boolean>,
): Subject {
  const mask = contexts.length - 1;
  return {
    name,
    hashesAlike: false,
    evaluateMany: async (key, count) => {
      let on = 0;
      for (let index = 0; index < count; index++) {
        const context = contexts[index & mask];
        if (context !== undefined && (await isOn(key, context))) on++;
      }
      return on;
    },
    isOn: async (key, index) => {
      const context = contexts[index & mask];
      return context !== undefined && isOn(key, context);
    },
  };
}
