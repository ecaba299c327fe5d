import { inspect } from 'node:util'
import { ARRAY_EXTENSION, ARRAY_TYPE } from '../../codec/index.ts'
import { FLAG_CONTINUED, FLAG_MORE, FrameKind } from '../../ring/index.ts'
import type { CapturedFrame } from '../../worker/capture-frames.ts'
import { alignRows, clip } from '../align.ts'
import { countText } from '../quantities.ts'
import type { FoundFrame } from './find-frame.ts'
import type { MsgpackNode } from './msgpack-tree.ts'
import type { PayloadView, ViewedColumn } from './payload-view.ts'

const VALUE_CHARS_MAX = 60
const ITEMS_MAX = 8
const RECORDS_MAX = 5
/** Elements of the outer array before the columns, as src/codec/payload.ts names them. */
const ELEMENTS = ['version', 'shapes', 'rows', 'timestamps', 'selector']

/** One line a frame. */
export function frameList(frames: readonly FoundFrame[]): string {
  const head = ['index', 'file', 'kind', 'channel', 'attempt', 'records', 'bytes', '']
  const rows = frames.map(({ index, file, frame }) => [
    ...[
      String(index),
      file,
      kindName(frame),
      String(frame.channel),
      String(frame.attempt),
      countText(frame.records),
      countText(frame.payload.length),
    ],
    frame.kind === FrameKind.batch ? flagText(frame) : `value ${frame.value}`,
  ])
  return `${alignRows([head, ...rows], [0, 3, 4, 5, 6]).join('\n')}\n`
}

export function headerText({ index, file, frame }: FoundFrame): string {
  const rows = [
    ['  kind', `${kindName(frame)} (${frame.kind})`],
    ['  flags', `${flagText(frame) || 'none'} (${frame.flags})`],
    ['  channel', String(frame.channel)],
    ['  attempt', String(frame.attempt)],
    ['  records', countText(frame.records)],
    ['  value', String(frame.value)],
    ['  payload', `${countText(frame.payload.length)} bytes`],
  ]
  return `frame ${index}, in ${file}\nheader:\n${alignRows(rows).join('\n')}\n`
}

export function payloadText(view: PayloadView): string {
  const columns = view.shapes.flatMap(({ records, columns: own }, s) => [
    `  shape ${s}: ${countText(records)} records`,
    ...alignRows(own.map(columnRow), [2]),
  ])
  const times = view.timestamps === null ? [] : [`  event times: ${listText(view.timestamps)}`]
  const records = view.records.slice(0, RECORDS_MAX).map((record) => `  ${oneLine(record, 200)}`)
  const more = view.records.length > RECORDS_MAX ? [`  and ${countText(view.records.length - RECORDS_MAX)} more`] : []
  return [`msgpack (offset: value):`, ...treeLines(view), 'columns:', ...columns, ...times, 'records:', ...records, ...more, ''].join('\n')
}

function columnRow({ name, kind, nullable, absentable, bytes, values }: ViewedColumn): string[] {
  const marks = `${nullable ? ', may be null' : ''}${absentable ? ', may be absent' : ''}`
  return [`    ${name ?? '(the record)'}`, `${kind}${marks}`, `${countText(bytes)} B`, listText(values)]
}

function treeLines({ tree, shapes }: PayloadView): string[] {
  const names = shapes.flatMap((shape, s) =>
    shape.columns.map(({ name }) => `column ${name ?? '(the record)'}${shapes.length > 1 ? ` of shape ${s}` : ''}`),
  )
  const rows = [[`  ${tree.offset}`, nodeText(tree)]]
  tree.items.forEach((item, i) => {
    rows.push([`  ${item.offset}`, `  ${ELEMENTS[i] ?? names[i - ELEMENTS.length] ?? '?'}: ${nodeText(item)}`])
    rows.push(...innerRows(item, 2))
  })
  return alignRows(rows, [0])
}

function innerRows({ items }: MsgpackNode, depth: number): string[][] {
  const rows = items
    .slice(0, ITEMS_MAX)
    .flatMap((item) => [[`  ${item.offset}`, '  '.repeat(depth) + nodeText(item)], ...(depth < 4 ? innerRows(item, depth + 1) : [])])
  if (items.length > ITEMS_MAX) rows.push(['', `${'  '.repeat(depth)}and ${countText(items.length - ITEMS_MAX)} more`])
  return rows
}

function nodeText({ type, value, items, extension }: MsgpackNode): string {
  switch (type) {
    case 'array':
      return `array of ${countText(items.length)}`
    case 'map':
      return `map of ${countText(items.length / 2)}`
    case 'bin':
      return `bin, ${countText((value as Uint8Array).length)} bytes`
    case 'ext':
      return extension === ARRAY_EXTENSION
        ? typedArrayText(value as Uint8Array)
        : `ext ${extension}, ${countText((value as Uint8Array).length)} bytes`
    default:
      return oneLine(value, VALUE_CHARS_MAX)
  }
}

/** Type code, padding, so many zero bytes, elements. */
function typedArrayText(bytes: Uint8Array): string {
  const name = Object.entries(ARRAY_TYPE).find(([, code]) => code === bytes[0])?.[0] ?? `type ${bytes[0]}`
  return `ext 'A', ${name} array, ${countText(bytes.length - 2 - (bytes[1] ?? 0))} bytes`
}

function listText(values: readonly unknown[]): string {
  const shown = values.slice(0, ITEMS_MAX).map((value) => oneLine(value, VALUE_CHARS_MAX / 2))
  return clip(shown.join(', '), VALUE_CHARS_MAX * 2) + (values.length > ITEMS_MAX ? ', …' : '')
}

function oneLine(value: unknown, chars: number): string {
  return clip(inspect(value, { depth: 4, breakLength: Infinity, compact: true, maxStringLength: chars, maxArrayLength: ITEMS_MAX }), chars)
}

function kindName({ kind }: CapturedFrame): string {
  return Object.entries(FrameKind).find(([, number]) => number === kind)?.[0] ?? `unknown ${kind}`
}

function flagText({ flags }: CapturedFrame): string {
  return [(flags & FLAG_CONTINUED) !== 0 ? 'continues' : '', (flags & FLAG_MORE) !== 0 ? 'more follow' : ''].filter(Boolean).join(', ')
}
