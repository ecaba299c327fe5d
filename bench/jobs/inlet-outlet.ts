import { defineJob, inlet } from '../../src/index.ts'

export interface Reading {
  readonly sensor: string
  readonly at: number
  readonly value: number
}

/** One map between an inlet and an outlet: what the way in and out costs. */
export default defineJob(import.meta, {
  inlets: { readings: inlet<Reading>() },
  build: ({ inlets }) => ({
    doubled: inlets.readings.map((reading) => ({ sensor: reading.sensor, at: reading.at, value: reading.value * 2 })),
  }),
})
