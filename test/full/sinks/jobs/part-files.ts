import { defineJob, inlet, sink } from '../../../../src/index.ts'

export interface Row {
  readonly n: number
}

/** Rows of an inlet into part files of 300. */
export default defineJob(import.meta, {
  inlets: { rows: inlet<Row>() },
  build: ({ inlets, config }) => {
    const { dir } = config as unknown as { readonly dir: string }
    inlets.rows.to(sink.files({ dir, format: 'jsonLines', roll: { records: 300 } }), { name: 'files' })
    return {}
  },
})
