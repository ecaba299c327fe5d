import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pack } from 'msgpackr'
import { expect, test } from 'vitest'
import { forgetKey } from '../../src/app/forget-key.ts'
import { sealChunk } from '../../src/checkpoint/chunk.ts'
import type { Chunk, ManifestHead } from '../../src/checkpoint/manifest.ts'
import { forgetCommand, readKey } from '../../src/cli/state/forget-command.ts'
import { verifyCommand } from '../../src/cli/state/state-commands.ts'
import { ValueTable } from '../../src/state/value-table.ts'
import { openCheckpointReader } from '../../src/storage/checkpoint-reader.ts'
import { openCheckpointStore } from '../../src/storage/checkpoint-store.ts'
import { lockStateDir } from '../../src/storage/state-lock.ts'
import { decodeChunk } from '../../src/worker/chunk-key.ts'
import { storedIn } from '../../src/worker/stored-state.ts'
import { KeyedChunkWriter } from '../../src/state/keyed-chunk.ts'
import { temporaryDir } from '../engine/run-job.ts'

const SECRET = 'a customer who wants to be forgotten'
const JSON_FLAG = { json: true }

const head = (id: number): ManifestHead => ({
  id,
  lineage: 'l',
  status: 'complete',
  createdMs: 1,
  jobName: 'job',
  graphFingerprint: '',
  keyHashVersion: 1,
  keyGroups: 1,
  operators: ['sums', 'calls', 'actors'].map((name) => ({ name, kind: 'scan', isNamed: true })),
})

function values(name: string, entries: Readonly<Record<string, unknown>>, since?: number): Chunk {
  const table = new ValueTable<unknown>()
  for (const [key, value] of Object.entries(entries)) table.set(table.slotOf(key), value)
  return { ...sealChunk(name, new Uint8Array(pack(table.snapshot(1).get(0)))), ...(since !== undefined && { since }) }
}

function keyed(name: string, entries: readonly (readonly [string, unknown])[]): Uint8Array {
  const place = { groups: 1, group: 0 }
  const slots = Int32Array.from(entries.keys())
  return new KeyedChunkWriter(name, 'value@1').write(place, { keyAt: (slot) => entries[slot]![0] }, slots, (slot) => entries[slot]![1])
}

function actorState(): Chunk {
  const states = {
    seen: keyed('seen', [
      [SECRET, { at: 1 }],
      ['other', { at: 2 }],
    ]),
  }
  const event = keyed('timers', [
    [SECRET, [10, 0]],
    ['other', [20, 1]],
  ])
  return sealChunk('actors/group/0', new Uint8Array(pack({ states, event })))
}

/** Three checkpoints; the third builds on the second. */
async function directory(): Promise<string> {
  const store = openCheckpointStore({ dir: join(temporaryDir(), 'state'), retained: 3 })
  const calls = sealChunk('calls/split/0', new Uint8Array(pack({ calls: [], watermark: 0 })))
  const position = sealChunk('calls/time/0', new Uint8Array(pack(0)))
  const snapshot = (...chunks: Chunk[]) => [{ task: 't', index: 0, finished: false, chunks: [...chunks, calls, position] }]
  await store.commit(head(1), snapshot(values('sums/group/0', { [SECRET]: 1, other: 1 }), actorState()))
  await store.commit(head(2), snapshot(values('sums/group/0', { [SECRET]: 2, other: 2 })))
  await store.commit(head(3), snapshot(values('sums/group/0', { [SECRET]: 3 }, 2), actorState()))
  await store.close()
  return store.dir
}

/** Of one checkpoint: entries of `sums` in the order in which they are restored, and the stored chunk of `actors`. */
async function stateOf(dir: string, id: number) {
  const reader = openCheckpointReader(dir)
  try {
    const sums = new ValueTable<unknown>()
    let actors: Uint8Array | null = null
    for (const { key, bytes } of reader.readChunks(reader.readManifest(id))) {
      if (key === 'sums/group/0') sums.restore(decodeChunk(bytes) as Uint8Array)
      if (key === 'actors/group/0') actors = bytes
    }
    const entries: Record<string, unknown> = {}
    sums.forEach((key, value) => (entries[String(key)] = value))
    return { entries, actors }
  } finally {
    await reader.close()
  }
}

test('a key is gone from every checkpoint, deltas included, and from the file; everything else is as it was', async () => {
  const dir = await directory()
  const file = join(dir, 'checkpoints', 'data.mdb')
  expect(readFileSync(file).includes(SECRET)).toBe(true)
  const { text } = await forgetCommand(SECRET, dir, JSON_FLAG)
  expect(JSON.parse(text)).toEqual({
    // Each chunk once: state and timers of two checkpoints, sums of three.
    entries: 7,
    operators: [
      { operator: 'sums', entries: 3 },
      { operator: 'actors', entries: 4 },
    ],
    checkpoints: 3,
    unsearched: ['calls'],
  })
  expect(readFileSync(file).includes(SECRET)).toBe(false)
  expect((await verifyCommand(dir, { json: false })).text).toBe('checkpoint 1  whole\ncheckpoint 2  whole\ncheckpoint 3  whole\n')
  expect([await stateOf(dir, 1), await stateOf(dir, 2), await stateOf(dir, 3)].map(({ entries }) => entries)).toEqual([
    { other: 1 },
    { other: 2 },
    { other: 2 },
  ])
  const { actors } = await stateOf(dir, 3)
  expect([storedIn([actors!], 'seen', SECRET), storedIn([actors!], 'seen', 'other')]).toEqual([
    undefined,
    { signature: 'value@1', value: { at: 2 } },
  ])
  // Again: nothing to do.
  expect((await forgetCommand(SECRET, dir, { json: false })).text).toMatch(/^0 entries of the text "a customer/)
})

test('one operator only; names, keys and directories that are none, and a lock that somebody holds, are refused', async () => {
  const dir = await directory()
  expect(await forgetKey(dir, SECRET, 'actors')).toMatchObject({ operators: [{ operator: 'actors', entries: 4 }], unsearched: [] })
  expect((await stateOf(dir, 3)).entries).toEqual({ [SECRET]: 3, other: 2 })
  await expect(forgetKey(dir, SECRET, 'sum')).rejects.toMatchObject({ code: 'MR_OPTION_INVALID' })
  await expect(forgetKey(dir, null as never)).rejects.toMatchObject({ code: 'MR_KEY_INVALID' })
  await expect(forgetKey(join(dir, 'nothing'), SECRET)).rejects.toMatchObject({ code: 'MR_STATE_MISSING' })
  const lock = await lockStateDir(dir)
  await expect(forgetKey(dir, SECRET)).rejects.toMatchObject({ code: 'MR_STATE_DIR_LOCKED' })
  await lock.release()
  expect((await stateOf(dir, 3)).entries).toEqual({ [SECRET]: 3, other: 2 })
})

test('keys are JSON, or texts', () => {
  expect(['42', '"42"', 'acct 7', '["eu", 7]', 'true', '12n', '{'].map(readKey)).toEqual([42, '42', 'acct 7', ['eu', 7], true, 12n, '{'])
  for (const text of ['null', '{}']) expect(() => readKey(text)).toThrow(/is no key/)
})
