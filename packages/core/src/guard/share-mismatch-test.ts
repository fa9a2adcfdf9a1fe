/** ln of the Bayes factor from which the data is not to be trusted. */
export const LOG_MISMATCH_LIMIT = Math.log(1_000);
/** a = 100θ, b = 100(1−θ): deviations of a few points are expected to matter. */
const PRIOR_UNITS = 100;

/**
 * ln BF that newly seen units are not split as planned:
 * `lnB(a+n1, b+n0) − lnB(a,b) − n1 ln θ − n0 ln(1−θ)`.
 *
 * @param share θ, the planned share, 0 < θ < 1
 * @see Lindon, Malek: Anytime-valid inference for multinomial count data
 */
export function logShareMismatch(candidateUnits: number, baselineUnits: number, share: number): number {
  const a = PRIOR_UNITS * share;
  const b = PRIOR_UNITS * (1 - share);
  return (
    logBeta(a + candidateUnits, b + baselineUnits) -
    logBeta(a, b) -
    candidateUnits * Math.log(share) -
    baselineUnits * Math.log1p(-share)
  );
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** ln Γ(x) for x > 0 by Stirling's series after shifting x above 8; error below 1e-10. */
export function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  while (z < 8) {
    shift += Math.log(z);
    z += 1;
  }
  const inverse = 1 / z;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)));
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
