import type { CpuProfile } from './recording.ts'

/** As the inspector gives it. Microseconds. */
export interface WholeProfile extends CpuProfile {
  readonly startTime: number
}

/**
 * The samples from `fromUs` to `toUs` after the profile's start. A sample stands for the time since the one before it, so the first one is cut to what it has of the window.
 * Lines (`positionTicks`) are told for the whole profile only, and stay as they are.
 */
export function cutProfile({ nodes, samples, timeDeltas }: CpuProfile, fromUs: number, toUs: number): CpuProfile {
  const cut: { samples: number[]; timeDeltas: number[] } = { samples: [], timeDeltas: [] }
  let atUs = 0
  samples.forEach((sample, i) => {
    const sinceUs = atUs
    atUs += timeDeltas[i]!
    const us = Math.min(atUs, toUs) - Math.max(sinceUs, fromUs)
    if (us <= 0) return
    cut.samples.push(sample)
    cut.timeDeltas.push(us)
  })
  return { nodes, ...cut }
}
