/** Quantile 0.975 of Student's t distribution for 1 to 30 degrees of freedom. */
const T_975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086,
  2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
]

function t975(degrees: number): number {
  // Beyond the table: the first terms of the Cornish-Fisher expansion, exact to 0.001.
  return T_975[degrees - 1] ?? 1.96 + 2.372 / degrees + 2.823 / degrees ** 2
}

/** @throws RangeError for an empty list. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('median of no values')
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export interface Ratio {
  /** Geometric mean of the ratios of the pairs. */
  readonly ratio: number
  /** Bounds of the 95 % confidence interval; null for a single pair, which tells nothing about its spread. */
  readonly low: number | null
  readonly high: number | null
}

/**
 * The ratio of two rates measured in pairs. The logarithms of the pairs' ratios are averaged (a ratio of 2 and one of 1/2 are no
 * difference), with Student's t for the interval; what slows both runs of a pair drops out.
 */
export function pairedRatio(rates: readonly number[], baselines: readonly number[]): Ratio {
  if (rates.length === 0 || rates.length !== baselines.length) throw new RangeError(`${rates.length} rates, ${baselines.length} baselines`)
  const logs = rates.map((rate, i) => Math.log(rate / baselines[i]!))
  const n = logs.length
  const mean = logs.reduce((sum, log) => sum + log, 0) / n
  if (n === 1) return { ratio: Math.exp(mean), low: null, high: null }
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (n - 1)
  const halfWidth = t975(n - 1) * Math.sqrt(variance / n)
  return { ratio: Math.exp(mean), low: Math.exp(mean - halfWidth), high: Math.exp(mean + halfWidth) }
}
