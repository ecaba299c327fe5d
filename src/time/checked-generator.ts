import { checkWatermark } from '../core/event-time.ts'
import type { WatermarkGenerator } from './watermark-strategy.ts'

/**
 * A generator of the user whose watermarks are numbers.
 * @param blamed makes of what it throws what is to be thrown; what `onRecord` throws is blamed by the loop that calls it
 */
export function checkedGenerator(create: () => WatermarkGenerator, blamed: (error: unknown) => unknown): WatermarkGenerator {
  const guarded = <R>(work: () => R): R => {
    try {
      return work()
    } catch (error) {
      throw blamed(error)
    }
  }
  const generator = guarded(create)
  return {
    onRecord: (record, timestamp) => generator.onRecord(record, timestamp),
    watermark: () => guarded(() => checkWatermark(generator.watermark())),
    snapshot: () => guarded(() => generator.snapshot?.()),
    restore: (state) => guarded(() => generator.restore?.(state)),
  }
}
