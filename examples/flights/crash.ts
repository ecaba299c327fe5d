import type { OperatorDefinition } from 'millrace'
import type { FlightEvent } from './events.ts'

/**
 * An operator of our own, which hands events on and throws once: when the stream passes `crashAt` (event time; null: never) in the first
 * attempt. The restarted actor is in its second.
 */
export const crash = (crashAt: number | null): OperatorDefinition => ({
  kind: 'crash',
  create: (_spec, { attempt, emit }) => {
    const limit = attempt === 1 && crashAt !== null ? crashAt : Infinity
    let previous = Infinity
    return {
      process(record, timestamp) {
        const { at } = record as FlightEvent
        if (previous < limit && at >= limit) throw new Error(`--crash: thrown at the first event after ${new Date(limit).toISOString()}`)
        previous = at
        emit(record, timestamp)
      },
    }
  },
})
