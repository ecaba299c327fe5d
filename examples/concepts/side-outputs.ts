/** Side outputs: one function, several outputs of different types. What cannot be parsed leaves by an output of its own instead of failing the job. */
import { defineJob, inlet, recordsOf } from 'millrace'

export interface Reading {
  readonly sensor: string
  readonly value: number
}

export default defineJob(import.meta, {
  inlets: { lines: inlet<string>() },
  build: ({ inlets }) => {
    const { readings, bad } = inlets.lines.flatMapTo({ readings: recordsOf<Reading>(), bad: recordsOf<string>() }, (line, to) => {
      const [sensor, value] = line.split(' ')
      if (sensor && value && Number.isFinite(Number(value))) to.readings({ sensor, value: Number(value) })
      else to.bad(line)
    })
    return { average: readings.keyBy('sensor').avg('value').toStream({ emit: 'final' }), bad }
  },
})
