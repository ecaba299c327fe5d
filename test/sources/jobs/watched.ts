import { defineJob } from '../../../src/index.ts'
import type { BuildContext } from '../../../src/index.ts'
import { crashOnce } from './crash-once.ts'

export interface WatchedConfig {
  readonly dir: string
  readonly out: string
  /** Line at which the job fails once; a file that is there after that. */
  readonly crash?: { readonly at: string; readonly marker: string; readonly how: 'throw' | 'exit' }
}

/** Every line of every file that comes into a folder, into one file. */
export default defineJob(import.meta, {
  build: ({ source, sink, config: { dir, out, crash } }: BuildContext<WatchedConfig>) => {
    const lines = source.lines('lines', { glob: `${dir}/*.log`, watch: { everyMs: 20 } }).map((line) => {
      if (line === crash?.at) crashOnce(crash.marker, crash.how)
      return line
    })
    lines.to(sink.file({ path: out, format: 'lines' }), { parallelism: 1 })
  },
})
