import type { AccumulatorColumn, AccumulatorLayout, AggregateOutput } from './accumulator-layout.ts'
import type { AccumulatorLoops } from './accumulator-loops.ts'
import { DIRTY } from './accumulator-store.ts'
import type { AccumulatorStore } from './accumulator-store.ts'
import { generate } from './generated-code.ts'
import type { KeySelector } from './key-selector.ts'
import type { KeySlots } from './key-slots.ts'

const quote = (text: string): string => JSON.stringify(text)
const lines = (parts: readonly string[]): string => parts.join('\n')

/** `c0` to `cN` and `flags` are the store's arrays, read once a batch: room for a new slot per row is made before. */
const loadStore = ({ columns }: AccumulatorLayout, rows: string): string =>
  lines([
    `if (keys.size + ${rows} > store.flags.length) store.grow(keys.size + ${rows})`,
    `const flags = store.flags, dirty = store.dirtySlots, ${columns.map((_, c) => `c${c} = store.data[${c}]`).join(', ')}`,
    'let n = store.dirtyCount',
  ])

const SLOT_OF_KEY = "const slot = typeof k === 'number' && (k | 0) === k ? keys.slotOfInt(k) : keys.slotOf(k)"

/**
 * `store.touch(slot)` without a branch: as good where keys repeat often, 5 ns a record better where every other record is of a clean slot
 * and the branch would be mispredicted. The count is kept in a variable and stored with every row, since any row may throw.
 */
const TOUCH = `dirty[n] = slot; n += (flags[slot] & 1) ^ 1; flags[slot] = ${DIRTY}; store.dirtyCount = n`

/** All fields are read and checked before anything is changed. */
const readFields = (layout: AccumulatorLayout, value: (field: string, index: number) => string, key: string): string =>
  lines(
    layout.fields.map((field, f) => `const v${f} = ${value(field, f)}; if (typeof v${f} !== 'number') store.refuse(${f}, ${key}, v${f})`),
  )

const addNumber = ({ op, field }: AccumulatorColumn, c: number): string => {
  if (op === 'count') return `c${c}[slot] += 1`
  return op === 'sum' ? `c${c}[slot] += v${field}` : `c${c}[slot] = Math.${op}(c${c}[slot], v${field})`
}

/** User code runs first: when it throws, the numbers of the record are not half added. */
const addValues = ({ columns }: AccumulatorLayout): string =>
  lines([
    ...columns.map(({ op }, c) => (op === 'custom' ? `const a${c} = s${c}.add(flags[slot] === 0 ? s${c}.create() : c${c}[slot], r)` : '')),
    ...columns.map((column, c) => (column.op === 'custom' ? `c${c}[slot] = a${c}` : addNumber(column, c))),
  ])

const addRow = (layout: AccumulatorLayout): string => lines([addValues(layout), TOUCH])

const mergeNumber = ({ op }: AccumulatorColumn, c: number): string =>
  op === 'min' || op === 'max' ? `c${c}[slot] = Math.${op}(c${c}[slot], m${c}[i])` : `c${c}[slot] += m${c}[i]`

const mergeRow = ({ columns }: AccumulatorLayout): string =>
  lines([
    ...columns.map(({ op }, c) =>
      op === 'custom' ? `const a${c} = s${c}.merge(flags[slot] === 0 ? s${c}.create() : c${c}[slot], m${c}[i])` : '',
    ),
    ...columns.map((column, c) => (column.op === 'custom' ? `c${c}[slot] = a${c}` : mergeNumber(column, c))),
    TOUCH,
  ])

const keyOfRecord = (selector: KeySelector<never>): string => {
  if (selector === 'global') return 'const k = 0'
  return 'field' in selector ? `const k = r[${quote(selector.field)}]` : 'const k = keyOf(r)'
}

/** Without a key there is one slot, 0, which is there from the start: the less code, the sooner V8 inlines it into the chain. */
const addGlobal = (layout: AccumulatorLayout, fields: string): string =>
  lines([
    `const k = 0, slot = 0, flags = store.flags, ${layout.columns.map((_, c) => `c${c} = store.data[${c}]`).join(', ')}`,
    fields,
    addValues(layout),
    `if (flags[0] !== ${DIRTY}) store.touch(0)`,
    'return 0',
  ])

const recordFunctions = (layout: AccumulatorLayout, selector: KeySelector<never>): string => {
  const fields = readFields(layout, (field) => `r[${quote(field)}]`, 'k')
  const addOne = lines([keyOfRecord(selector), fields, selector === 'global' ? 'const slot = 0' : SLOT_OF_KEY, addRow(layout)])
  return `
function add(slot, r) {
${loadStore(layout, '0')}
${readFields(layout, (field) => `r[${quote(field)}]`, 'keys.keyAt(slot)')}
${addRow(layout)}
}
function addRecord(r) {
${selector === 'global' ? addGlobal(layout, fields) : lines([loadStore(layout, '1'), addOne, 'store.records++', 'return slot'])}
}
function addRecords(records, from, to) {
${loadStore(layout, '(to - from)')}
for (let i = from; i < to; i++) {
const r = records[i]
${addOne}
}
}`
}

/** A function over rows of columns, once for int32 keys and once for any: each with type feedback of its own. */
const columnFunction = (name: string, layout: AccumulatorLayout, slot: string, load: string, row: string): string => `
function ${name}(ks, columns, from, to, out) {
${loadStore(layout, '(to - from)')}
${load}
for (let i = from; i < to; i++) {
${slot}
${row}
}
}`

const columnFunctions = (layout: AccumulatorLayout, selector: KeySelector<never>): string => {
  const intSlot = 'const slot = keys.slotOfInt(ks[i])'
  const anySlot = `const k = ks[i]; ${SLOT_OF_KEY}`
  const fields = readFields(layout, (_, f) => `f${f}[i]`, selector === 'global' ? '0' : 'ks[i]')
  const addSlot = (slot: string): string => `${fields}\n${selector === 'global' ? 'const slot = 0' : slot}`
  const add = `const r = undefined\n${addRow(layout)}`
  const run = lines([add, ...layout.outputs.map((output, o) => `o${o}[i - from] = ${outputValue(layout, output, 'c')}`)])
  const loadFields = lines(layout.fields.map((_, f) => `const f${f} = columns[${f}]`))
  const loadPartials = lines(layout.columns.map((_, c) => `const m${c} = columns[${c}]`))
  const loadOutputs = lines([loadFields, ...layout.outputs.map((_, o) => `const o${o} = out[${o}]`)])
  return lines([
    columnFunction('addIntColumns', layout, addSlot(intSlot), loadFields, add),
    columnFunction('addKeyColumns', layout, addSlot(anySlot), loadFields, add),
    columnFunction('runIntColumns', layout, addSlot(intSlot), loadOutputs, run),
    columnFunction('runKeyColumns', layout, addSlot(anySlot), loadOutputs, run),
    columnFunction('mergeIntColumns', layout, intSlot, loadPartials, mergeRow(layout)),
    columnFunction('mergeKeyColumns', layout, anySlot, loadPartials, mergeRow(layout)),
  ])
}

/** The value of one result at `slot`. */
const outputValue = (layout: AccumulatorLayout, { column, divisor }: AggregateOutput, array: string): string => {
  const value = `${array}${column}[slot]`
  if (layout.columns[column].op === 'custom') return `s${column}.result(${value})`
  return divisor < 0 ? value : `${value} / ${array}${divisor}[slot]`
}

const resultFunction = (layout: AccumulatorLayout, selector: KeySelector<never>): string => {
  const arrays = layout.columns.map((_, c) => `c${c} = store.data[${c}]`).join(', ')
  const values = layout.outputs.map((output) => `${quote(output.name)}: ${outputValue(layout, output, 'c')}`)
  const key = selector === 'global' ? [] : ['key: keys.keyAt(slot)']
  return `function resultAt(slot) { const ${arrays}; return { ${[...key, ...values].join(', ')} } }`
}

/** The source of a table's loops: a function body over `store`, `keys` and `keyOf` that returns {@link AccumulatorLoops}. */
export const accumulatorSource = (layout: AccumulatorLayout, selector: KeySelector<never>): string =>
  lines([
    "'use strict'",
    ...layout.columns.map(({ op }, c) => (op === 'custom' ? `const s${c} = store.layout.columns[${c}].custom` : '')),
    recordFunctions(layout, selector),
    columnFunctions(layout, selector),
    resultFunction(layout, selector),
    'return { add, addRecord, addRecords, addIntColumns, addKeyColumns, runIntColumns, runKeyColumns, mergeIntColumns, mergeKeyColumns, resultAt }',
  ])

/** Compiles the loops of one table. */
export const generateLoops = <T>(name: string, store: AccumulatorStore, keys: KeySlots, selector: KeySelector<T>): AccumulatorLoops<T> => {
  type Factory = (store: AccumulatorStore, keys: KeySlots, keyOf: unknown) => AccumulatorLoops<T>
  const source = accumulatorSource(store.layout, selector as KeySelector<never>)
  const keyOf = selector !== 'global' && 'of' in selector ? selector.of : undefined
  return generate<Factory>(name, ['store', 'keys', 'keyOf'], source)(store, keys, keyOf)
}
