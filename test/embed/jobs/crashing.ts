import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BuildContext } from '../../../src/index.ts'
import { defineJob, inlet } from '../../../src/index.ts'

export interface Numbered {
  readonly n: number
  readonly text: string
}

export interface CrashingConfig {
  /** Numbers come from a generator; else from the inlet. */
  readonly generated?: number
  /** Numbers at which it crashes, once each. */
  readonly crashAt: readonly number[]
  /** Directory in which it remembers where it has crashed. */
  readonly markers: string
  /** Characters of each text. */
  readonly textChars?: number
}

const inlets = { numbers: inlet<Numbered>() }

/** Passes numbers on, also over an exchange by key, and crashes again and again: by an error, or with its whole thread. */
export default defineJob(import.meta, {
  inlets,
  build: ({ inlets: { numbers }, source, config }: BuildContext<CrashingConfig, typeof inlets>) => {
    const { generated = 0, crashAt, markers, textChars = 10 } = config
    const made = source.generate('made', {
      count: generated,
      make: (n): Numbered => ({ n, text: `${n}`.padEnd(textChars, 'x') }),
      splits: 1,
    })
    const crash = ({ n }: Numbered): void => {
      const nth = crashAt.indexOf(n)
      const marker = join(markers, `${nth}`)
      if (nth === -1 || existsSync(marker)) return
      writeFileSync(marker, '')
      if (nth % 3 === 2) process.exit(1)
      throw new Error(`planned crash ${nth}`)
    }
    const passed = made.union(numbers).map(
      (record) => {
        crash(record)
        return record
      },
      { parallelism: 1 },
    )
    const counted = passed
      .keyBy((record) => record.n % 7)
      .scan(
        () => ({ key: -1, count: 0 }),
        (state, record) => ({ key: record.n % 7, count: state.count + 1 }),
        { name: 'counted' },
      )
    return { passed, counted }
  },
})
