import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { defineJob } from '../../../src/index.ts'
import type { BuildContext } from '../../../src/index.ts'
import { crashOnce } from './crash-once.ts'

export interface StreamedConfig {
  readonly from: 'node' | 'web'
  readonly count: number
  readonly crashAt: number
  /** A folder that remembers what was opened and closed. */
  readonly notes: string
}

/** Numbers out of a stream that never ends by itself before the job has failed once, since it waits at `crashAt`. */
export default defineJob(import.meta, {
  build: ({ source, config }: BuildContext<StreamedConfig>) => {
    const open = config.from === 'node' ? nodeStream : webStream
    const numbers = source.iterable('numbers', { open: () => open(config) }).map((n) => {
      if (n === config.crashAt) crashOnce(join(config.notes, 'crashed'), 'throw')
      return { n }
    })
    return { total: numbers.aggregate((a) => ({ rows: a.count(), sum: a.sum('n') })).toStream({ emit: 'final' }) }
  },
})

function note({ notes }: StreamedConfig, what: string): void {
  const before = readdirSync(notes).filter((name) => name.startsWith(what)).length
  writeFileSync(join(notes, `${what}-${before + 1}`), '')
}

/** In the first attempt nothing follows `crashAt`. */
function waitsAt(config: StreamedConfig): number {
  return readdirSync(config.notes).includes('crashed') ? Infinity : config.crashAt
}

function nodeStream(config: StreamedConfig): Readable {
  note(config, 'opened')
  const last = waitsAt(config)
  let n = 0
  return new Readable({
    objectMode: true,
    read() {
      if (n <= last) this.push(n < config.count ? n++ : null)
    },
    destroy(error, done) {
      note(config, 'closed')
      done(error)
    },
  })
}

function webStream(config: StreamedConfig): ReadableStream<number> {
  note(config, 'opened')
  const last = waitsAt(config)
  let n = 0
  return new ReadableStream<number>({
    async pull(controller) {
      if (n > last) await new Promise(() => {})
      if (n < config.count) return controller.enqueue(n++)
      note(config, 'closed')
      controller.close()
    },
    cancel: () => note(config, 'closed'),
  })
}
