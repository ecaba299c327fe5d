import type { Step } from '../../src/testing/index.ts'
import { SplitWatermarks } from '../../src/time/split-watermarks.ts'
import type { Given } from './case.ts'
import type { SplitsSpec } from './operators.ts'

const IDLE_AFTER_MS = 10

/**
 * Runs a case of splits on what every source has: watermarks are told in place of records, a split is idle when time has gone by without any of its own. Gives the
 * outputs by step.
 */
export function runSplits({ open, looks }: SplitsSpec, script: readonly Step[]): Given[][] {
  const told = new Map<number, number>()
  const idle = new Set<number>()
  let selected = 0
  const watermarks = new SplitWatermarks({
    create: () => {
      const split = selected
      return { onRecord: () => {}, watermark: () => told.get(split) ?? -Infinity }
    },
    disorderMs: 0,
    idleAfterMs: IDLE_AFTER_MS,
    alignment: null,
  })
  let nowMs = 0
  const select = (split: number): void => watermarks.select((selected = split), nowMs)
  const observe = (split: number): void => {
    select(split)
    watermarks.observe(-Infinity, nowMs)
    idle.delete(split)
  }
  for (let split = 0; split < open; split++) select(split)
  const known = new Set(Array.from({ length: open }, (_, split) => split))
  const told0 = { watermark: -Infinity, idle: false }
  const look = (): Given[] => {
    watermarks.update(nowMs)
    const outputs: Given[] = []
    if (told0.idle && !watermarks.idle) outputs.push({ idle: false })
    if (watermarks.watermark > told0.watermark) outputs.push({ watermark: watermarks.watermark })
    if (!told0.idle && watermarks.idle) outputs.push({ idle: true })
    Object.assign(told0, { watermark: watermarks.watermark, idle: watermarks.idle })
    return outputs
  }
  const act = (step: Step): void => {
    const split = 'channel' in step ? step.channel! : 0
    if ('record' in step) {
      known.add(split)
      return select(split)
    }
    if ('end' in step) {
      known.delete(split)
      return watermarks.close(split)
    }
    if ('watermark' in step) told.set(split, step.watermark)
    if ('watermark' in step || ('idle' in step && !step.idle)) return observe(split)
    if (!('idle' in step)) return
    // All others have records meanwhile, unless they are idle already.
    idle.add(split)
    nowMs += IDLE_AFTER_MS
    for (const other of known) if (!idle.has(other)) observe(other)
  }
  return script.map((step) => {
    act(step)
    return looks === 'always' || 'turns' in step ? look() : []
  })
}
