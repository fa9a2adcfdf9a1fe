/** Randomness that is the same in every run. */
export type Random = {
  /** Uniform in [0, 1). */
  readonly uniform: () => number;
  readonly normal: () => number;
  readonly poisson: (mean: number) => number;
  readonly binomial: (trials: number, probability: number) => number;
};

/** sfc32 seeded by one integer. */
export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9 ^ seed;
  let b = 0x243f6a88;
  let c = 0xb7e15162 ^ Math.imul(seed, 0x85ebca6b);
  let counter = 1;
  const uniform = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return (t >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 15; round += 1) uniform();
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const poisson = (mean: number): number => {
    if (mean <= 0) return 0;
    if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = uniform(); product > limit; product *= uniform()) count += 1;
    return count;
  };
  const binomial = (trials: number, probability: number): number => {
    if (trials <= 0 || probability <= 0) return 0;
    if (probability >= 1) return trials;
    const mean = trials * probability;
    const variance = mean * (1 - probability);
    if (variance > 50) return Math.min(trials, Math.max(0, Math.round(mean + Math.sqrt(variance) * normal())));
    if (probability > 0.5) return trials - binomial(trials, 1 - probability);
    // Jumps from success to success: the work grows with the successes, not the trials.
    const logMiss = Math.log1p(-probability);
    let successes = 0;
    let position = Math.floor(Math.log(1 - uniform()) / logMiss);
    while (position < trials) {
      successes += 1;
      position += 1 + Math.floor(Math.log(1 - uniform()) / logMiss);
    }
    return successes;
  };
  return { uniform, normal, poisson, binomial };
}
