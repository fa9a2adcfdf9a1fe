/**
 * P(Z > z) for a standard normal Z, within 1e-7 of itself.
 *
 * @see Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26 (far out: 7.1.14, the continued fraction)
 */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  if (z > 4) return density(z) / (z + 1 / (z + 2 / (z + 3 / (z + 4 / (z + 5 / z)))));
  const x = z / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return 0.5 * series * Math.exp(-x * x);
}

function density(z: number): number {
  return Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
}
