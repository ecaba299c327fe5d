import { existsSync, writeFileSync } from 'node:fs'
import type { BuildContext } from '../../../src/index.ts'
import { defineJob } from '../../../src/index.ts'

export interface SteadyConfig {
  /** Int32: records seen so far; 1 for a thread that shall end itself. */
  readonly shared: SharedArrayBuffer
  /** Where it remembers that it has done so. */
  readonly marker: string
}

export const SEEN = 0
export const EXIT = 1

/** An endless pipeline that counts what it does where everybody can see it. */
export default defineJob(import.meta, {
  build: ({ source, sink, config }: BuildContext<SteadyConfig>) => {
    const words = new Int32Array(config.shared)
    source
      .generate('numbers', { count: Infinity, make: (n) => ({ n, key: n % 1000 }) })
      .map((record) => {
        if ((record.n & 0xffff) !== 0 || Atomics.load(words, EXIT) === 0 || existsSync(config.marker)) return record
        writeFileSync(config.marker, '')
        return process.exit(1)
      })
      .keyBy('key')
      .scan(
        () => 0,
        (sum, record) => sum + record.n,
        { name: 'sums' },
      )
      .to(
        sink.forEach(() => void Atomics.add(words, SEEN, 1)),
        { name: 'seen' },
      )
  },
})
