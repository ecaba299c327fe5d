import { countText } from '../src/cli/quantities.ts'

/** 18829 -> '18.8k/s', so that it fits on an edge. */
export function rateText(recordsPerSecond: number): string {
  if (recordsPerSecond >= 999_500) return `${(recordsPerSecond / 1e6).toFixed(recordsPerSecond >= 99.5e6 ? 0 : 2)}M/s`
  if (recordsPerSecond >= 9_995) return `${(recordsPerSecond / 1000).toFixed(recordsPerSecond >= 99_950 ? 0 : 1)}k/s`
  return `${recordsPerSecond > 0 && recordsPerSecond < 10 ? recordsPerSecond.toFixed(1) : countText(recordsPerSecond)}/s`
}

/** 0.42 -> '0.42 ms', 1500 -> '1.5 s', 90000 -> '1.5 min'. */
export function durationText(ms: number): string {
  if (Math.abs(ms) < 10) return `${Math.round(ms * 100) / 100} ms`
  if (Math.abs(ms) < 1000) return `${Math.round(ms)} ms`
  if (Math.abs(ms) < 60_000) return `${Math.round(ms / 100) / 10} s`
  return `${Math.round(ms / 6000) / 10} min`
}

/** The time of day, of milliseconds since 1970. */
export function timeText(ms: number): string {
  return new Date(ms).toLocaleTimeString([], { hour12: false })
}
