import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { frameCommand } from '../../src/cli/frame/frame-command.ts'
import { type MsgpackNode, msgpackTree } from '../../src/cli/frame/msgpack-tree.ts'
import { viewPayload } from '../../src/cli/frame/payload-view.ts'
import { BatchEncoder } from '../../src/codec/index.ts'
import { FLAG_CONTINUED, FLAG_MORE, FrameHeader, FrameKind } from '../../src/ring/index.ts'
import { captureFrames } from '../../src/worker/capture-frames.ts'
import { job, millrace, temporaryDir } from './spawn-command.ts'

const records = [
  { shop: 'a', cents: 1 },
  { shop: 'b', cents: 2, note: null },
  { shop: 'a', cents: 2 ** 40 },
]

function payloadOf(rows: readonly unknown[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(new BatchEncoder({ name: 'test' }).encode(rows, 0, rows.length, null))
}

/** Writes frames as a worker would. */
function capture(
  frames: readonly { readonly kind: FrameKind; readonly flags?: number; readonly payload?: Uint8Array<ArrayBuffer> }[],
): string {
  const dir = temporaryDir()
  const write = captureFrames(dir, 0, 1, () => {})
  for (const { kind, flags = 0, payload = new Uint8Array(0) } of frames)
    write(Object.assign(new FrameHeader(), { kind, flags, channel: 5, attempt: 1, records: 3, value: 42 }), payload)
  return dir
}

/** The value of a tree, for values that msgpack keeps as they are. */
function valueOf(node: MsgpackNode): unknown {
  if (node.type === 'array') return node.items.map(valueOf)
  if (node.type === 'map')
    return Object.fromEntries(node.items.flatMap((key, i) => (i % 2 === 0 ? [[String(valueOf(key)), valueOf(node.items[i + 1]!)]] : [])))
  return node.type === 'bin' ? Uint8Array.from(node.value as Uint8Array) : node.value
}

test('the tree of any msgpack value says what another encoder put in, and where', () => {
  const leaf = fc.oneof(
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }),
    fc.string({ unit: 'binary' }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
  )
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('value'), { maxLength: 20 }),
      fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        tie('value'),
        { maxKeys: 20 },
      ),
    ),
  }))
  const covers = (node: MsgpackNode): void => {
    const last = node.items.at(-1)
    if (last !== undefined) expect(last.offset + last.bytes).toBe(node.offset + node.bytes)
    node.items.forEach(covers)
  }
  fc.assert(
    fc.property(value, (given) => {
      const tree = msgpackTree(encode(given))
      expect(valueOf(tree)).toEqual(given)
      covers(tree)
    }),
  )
})

test('bytes that are not exactly one msgpack value are refused', () => {
  for (const bytes of [[], [0x92, 1], [0xc1], [1, 1], [0xdd, 255, 255, 255, 255], [0xd9, 9, 65]]) {
    expect(() => msgpackTree(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code: 'MR_FRAME_CORRUPT' }))
  }
})

test('damaged bytes never do anything but fail with a code', () => {
  const bytes = payloadOf(records)
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const damaged = Uint8Array.from(bytes)
      damaged[at] = byte
      try {
        viewPayload(damaged)
      } catch (error) {
        expect(error).toMatchObject({ code: 'MR_FRAME_CORRUPT' })
      }
    }),
  )
})

test('a payload is taken apart into columns and records', () => {
  const view = viewPayload(payloadOf(records))
  expect(view.records).toEqual(records)
  const columns = view.shapes.flatMap((shape) => shape.columns)
  expect(columns.find(({ name }) => name === 'shop')).toMatchObject({ kind: 'string' })
  expect(view.shapes.reduce((sum, shape) => sum + shape.records, 0)).toBe(3)
  expect(columns.filter(({ name }) => name === 'cents').flatMap(({ values }) => values)).toEqual(expect.arrayContaining([1, 2, 2 ** 40]))
})

test('records that are no objects are a column of their own', () => {
  const view = viewPayload(payloadOf(['x', 'y']))
  expect(view.shapes).toMatchObject([{ records: 2, columns: [{ name: null, kind: 'string', values: ['x', 'y'] }] }])
})

test('a folder of frames is listed, one of them shown as header, msgpack, columns and records', () => {
  const dir = capture([{ kind: FrameKind.batch, payload: payloadOf(records) }, { kind: FrameKind.barrier }])
  expect(frameCommand(dir, {})).toMatch(
    /index {2}file .*\n {4}0 {2}worker-0-attempt-1\.frames {2}batch .*\n {4}1 .* barrier .* value 42\n$/,
  )
  const text = frameCommand(join(dir, readdirSync(dir)[0]!), { index: 0 })
  for (const part of ['kind     batch (1)', 'channel  5', "'shop'", 'rows: 3', 'columns:', "{ shop: 'a', cents: 1 }"])
    expect(text).toContain(part)
  expect(frameCommand(dir, { index: 1 })).not.toContain('msgpack')
  expect(() => frameCommand(dir, { index: 2 })).toThrow('holds 0 to 1')
})

test('a payload in fragments is put together, whichever of them is asked for', () => {
  const payload = payloadOf(records)
  const [a, b, c] = [payload.slice(0, 20), payload.slice(20, 40), payload.slice(40)]
  const kind = FrameKind.batch
  const dir = capture([
    { kind, flags: FLAG_MORE, payload: a },
    { kind, flags: FLAG_MORE | FLAG_CONTINUED, payload: b },
    { kind, flags: FLAG_CONTINUED, payload: c },
    { kind, flags: FLAG_MORE, payload: a },
  ])
  for (const index of [0, 1, 2]) expect(frameCommand(dir, { index })).toMatch(/made of 3 fragments\n[^]*cents: 1099511627776/)
  expect(frameCommand(dir, { index: 3 })).toContain('others were not captured')
})

test('what a run captured can be taken apart', async () => {
  const dir = temporaryDir()
  const run = await millrace(['run', job('orders'), '--workers', '2', '--no-outlets', '--capture', dir])
  expect(run.exitCode).toBe(0)
  const list = await millrace(['frame', dir])
  const index = list.stdout.split('\n').findIndex((line) => line.includes(' batch ')) - 1
  const one = await millrace(['frame', dir, '--index', String(index)])
  expect(one.stdout).toMatch(/column key: /)
  expect(one.stdout).toMatch(/\{ key: 'shop \d', cents: \d+ \}/)
  expect(one.exitCode).toBe(0)
})

test('a file that was cut, or is something else, is refused with its code', async () => {
  const dir = capture([{ kind: FrameKind.batch, payload: payloadOf(records) }])
  const file = join(dir, readdirSync(dir)[0]!)
  writeFileSync(file, readFileSync(file).subarray(0, 50))
  const cut = await millrace(['frame', file])
  expect(cut.stderr).toMatch(/^MR_FRAME_CORRUPT: .* at byte 0 /)
  expect(cut.exitCode).toBe(1)
})
