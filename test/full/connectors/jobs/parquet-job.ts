import { defineJob, sink } from '../../../../src/index.ts'
import { parquetSource } from '../../../../src/connectors/parquet/index.ts'

export interface ParquetConfig {
  readonly glob: string
  readonly out: string
  /** Pause of the worker after every 100 rows. */
  readonly pauseMs: number
}

/** Numbers out of Parquet files into part files. */
export default defineJob<ParquetConfig, {}>(import.meta, {
  name: 'parquet',
  build: ({ source, config: { glob, out, pauseMs } }) => {
    const clock = new Int32Array(new SharedArrayBuffer(4))
    source
      .from('rows', parquetSource<{ readonly n: number }>({ glob, columns: ['n'] }))
      .map(({ n }) => {
        if (pauseMs > 0 && n % 100 === 99) Atomics.wait(clock, 0, 0, pauseMs)
        return { n }
      })
      .to(sink.files({ dir: out, format: 'jsonLines', roll: { records: 1_000 } }), { name: 'files' })
    return {}
  },
})
