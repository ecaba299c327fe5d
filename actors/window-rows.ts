import type { OperatorContext } from '../src/actor/contract.ts'
import { generate, lastMsOf } from '../src/actor/operator-kit.ts'
import type { AccumulatorTable } from '../src/actor/table-kit.ts'

/** Emits the rows of slots `from` to `to` - 1 of a table as those of one window. */
export type WindowRowEmitter = (from: number, to: number, windowStart: number, windowEnd: number) => void

type Table = AccumulatorTable<unknown>

/** @param keyed false for windows over all records, whose rows have no key */
export function windowRowEmitter(
  table: Table,
  keyed: boolean,
  { emit, generateCode, jobName, operator }: OperatorContext,
): WindowRowEmitter {
  if (!generateCode) return interpreted(table, keyed, emit)
  const { layout } = table
  const columns = layout.columns.map((_, c) => `c${c} = store.data[${c}]`).join(', ')
  const values = layout.outputs.map(({ name, column, divisor }) => {
    const value = `c${column}[slot]`
    const isCustom = layout.columns[column]!.custom !== undefined
    return `${JSON.stringify(name)}: ${isCustom ? `layout.columns[${column}].custom.result(${value})` : divisor < 0 ? value : `${value} / c${divisor}[slot]`}`
  })
  const row = [...(keyed ? ['key: keys.keyAt(slot)'] : []), 'windowStart', 'windowEnd', ...values].join(', ')
  const loop = `for (let slot = from; slot < to; slot++) emit({ ${row} }, last)`
  const body = `return function (from, to, windowStart, windowEnd) {\nconst ${columns}, last = lastMsOf(windowEnd)\n${loop}\n}`
  type Factory = (...parts: unknown[]) => WindowRowEmitter
  const factory = generate<Factory>(`${jobName}/${operator}/rows`, ['emit', 'store', 'keys', 'layout', 'lastMsOf'], body)
  return factory(emit, table.store, table.keys, layout, lastMsOf)
}

function interpreted(table: Table, keyed: boolean, emit: OperatorContext['emit']): WindowRowEmitter {
  return (from, to, windowStart, windowEnd) => {
    for (let slot = from; slot < to; slot++) {
      const { key, ...results } = table.resultAt(slot) as Record<string, unknown>
      emit({ ...(keyed ? { key } : {}), windowStart, windowEnd, ...results }, lastMsOf(windowEnd))
    }
  }
}
