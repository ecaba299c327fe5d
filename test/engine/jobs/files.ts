import { defineJob, sink } from '../../../src/index.ts'
import type { Outlets, Stream } from '../../../src/index.ts'

export interface FilesConfig {
  readonly from: 'lines' | 'csv' | 'jsonLines'
  readonly path: string | readonly string[]
  readonly out?: string
  readonly format?: 'lines' | 'csv' | 'jsonLines'
  readonly csv?: { readonly delimiter?: string; readonly columns?: readonly string[] }
  readonly console?: boolean
}

/** Records of files, into an outlet, a file or the console. */
export default defineJob<FilesConfig, Outlets>(import.meta, {
  build: ({ source, config }): Outlets => {
    const { from, path, out, format = 'lines', csv, console: printed = false } = config
    const rows = (from === 'csv' ? source.csv('rows', { path, ...csv }) : source[from]('rows', { path })) as Stream<unknown>
    if (out !== undefined) rows.to(sink.file({ path: out, format }), { name: 'out' })
    if (printed) rows.to(sink.console(), { name: 'printed' })
    return out === undefined && !printed ? { rows } : {}
  },
})
