import { defineJob, recordsOf, value } from '../../../src/index.ts'
import type { Outlets } from '../../../src/index.ts'

export interface SchemaConfig {
  readonly version: 1 | 2 | 3
  readonly count: number
  readonly keys: number
}

/** How often a key was seen, as each version of the job keeps it: a text; a number; an object that says where it came from. */
interface Third {
  readonly seen: number
}

const STATES = {
  1: { seen: value<string>({ version: 1 }), read: (old: unknown) => Number(old ?? 0), write: (seen: number): unknown => `${seen}` },
  2: {
    seen: value<number>({ version: 2, migrate: (old) => Number(old) }),
    read: (old: unknown) => (old as number | undefined) ?? 0,
    write: (seen: number): unknown => seen,
  },
  3: {
    seen: value<Third>({ version: 3, migrate: (old) => ({ seen: Number(old) }) }),
    read: (old: unknown) => (old as Third | undefined)?.seen ?? 0,
    write: (seen: number): unknown => ({ seen }) satisfies Third,
  },
} as const

/** Counts by key, over versions of the job whose state has other types. */
export default defineJob<SchemaConfig, Outlets>(import.meta, {
  name: 'schema',
  build: ({ source, config: { version, count, keys } }): Outlets => {
    const { seen, read, write } = STATES[version]
    const steps = source
      .generate('rows', { count, splits: 4, make: (n) => ({ key: n % keys }) })
      .keyBy('key')
      .process(
        {
          state: { seen: seen as ReturnType<typeof value<unknown>> },
          emits: recordsOf<{ key: number; n: number }>(),
          onRecord({ key }, ctx) {
            const n = read(ctx.state.seen.get()) + 1
            ctx.state.seen.set(write(n))
            ctx.emit({ key, n })
          },
        },
        { name: 'seen' },
      )
    return { steps }
  },
})
