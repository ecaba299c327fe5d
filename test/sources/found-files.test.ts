import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linesSource } from '../../actors/file-source.ts'
import type { StateChunk } from '../../src/actor/contract.ts'
import { temporaryDir } from '../engine/run-job.ts'
import { type Driven, drive } from './drive.ts'
import { inTier } from '../tier.ts'

const found = (glob: string | string[], watchMs: number | null = null) => ({
  paths: null,
  glob: [glob].flat(),
  watchMs,
  onError: 'fail',
})

/** A file of `count` lines that name it. */
function write(dir: string, name: string, count = 3): string[] {
  const lines = Array.from({ length: count }, (_, n) => `${name}:${n}`)
  writeFileSync(join(dir, name), lines.join('\n'))
  return lines
}

const sorted = (records: readonly unknown[]): unknown[] => records.toSorted((a, b) => (String(a) < String(b) ? -1 : 1))

test('instances share the files of a glob: each is read by one of them, in the order of names, lines in order', async () => {
  const dir = temporaryDir()
  mkdirSync(join(dir, 'deep', 'er'), { recursive: true })
  const names = ['b.log', 'a.log', 'deep/c.log', 'deep/er/d.log', 'ä.log']
  const expected = names.flatMap((name) => write(dir, name))
  write(dir, 'other.txt')
  write(dir, '.hidden.log')
  for (const parallelism of [1, 2, 5]) {
    const all: unknown[] = []
    for (let index = 0; index < parallelism; index++) {
      const { records, run, actor } = await drive(linesSource, found(`${dir}/**/*.log`), { index, parallelism })
      await run()
      const { position, size } = actor.progress!()!
      expect(position).toBe(size)
      if (parallelism === 1)
        expect(records).toEqual(
          ['a.log', 'b.log', 'deep/c.log', 'deep/er/d.log', 'ä.log'].flatMap((name) => expected.filter((line) => line.startsWith(name))),
        )
      all.push(...records)
    }
    expect(sorted(all)).toEqual(sorted(expected))
  }
})

test('several globs that match one file read it once; one that matches nothing is no input', async () => {
  const dir = temporaryDir()
  const expected = write(dir, 'a.log')
  const { records, run } = await drive(linesSource, found([`${dir}/*.log`, `${dir}/a.*`, `${dir}/none/*`]))
  await run()
  expect(records).toEqual(expected)
})

test('after a restart the files are those that were found first, with as many instances as there are now', async () => {
  const dir = temporaryDir()
  const expected = ['a', 'b', 'c', 'd', 'e'].flatMap((name) => write(dir, `${name}.log`, 40))
  const stops = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 3, maxLength: 3 })
  const property = fc.asyncProperty(stops, fc.integer({ min: 1, max: 4 }), async (stopAfter, later) => {
    const before: Driven[] = []
    for (let index = 0; index < 3; index++) before.push(await drive(linesSource, found(`${dir}/*.log`), { index, parallelism: 3 }))
    for (const [index, { run, records }] of before.entries()) await run(() => records.length >= stopAfter[index]!)
    const chunks = before.flatMap(({ actor }) => actor.snapshot!(1))
    for (const { actor } of before) await actor.close!()
    write(dir, 'new.log')
    const records = before.flatMap((driven) => driven.records)
    for (let index = 0; index < later; index++) {
      const after = await drive(linesSource, found(`${dir}/*.log`), { index, parallelism: later, chunks })
      await after.run()
      records.push(...after.records)
    }
    rmSync(join(dir, 'new.log'))
    expect(sorted(records)).toEqual(sorted(expected))
  })
  await fc.assert(property, { numRuns: inTier(10, 30) })
})

test('a watched folder: files that come are read once, those that still change are waited for', async () => {
  const dir = temporaryDir()
  const expected = write(dir, '1.log')
  let source = await drive(linesSource, found(`${dir}/*.log`, 5))
  let chunks: StateChunk[] = []
  const all: unknown[] = []
  /** Reads until `count` records are there, then restarts from a checkpoint. */
  const readUntil = async (count: number): Promise<void> => {
    await source.run(() => all.length + source.records.length >= count)
    all.push(...source.records)
    chunks = source.actor.snapshot!(1)
    await source.actor.close!()
    source = await drive(linesSource, found(`${dir}/*.log`, 5), { chunks })
  }
  await readUntil(3)
  expected.push(...write(dir, '3.log'), ...write(dir, '2.log', 50))
  await readUntil(20)
  await readUntil(56)
  // Changed after it was read: nobody looks.
  appendFileSync(join(dir, '1.log'), '\nmore')
  // Moved in from elsewhere: as good as written.
  mkdirSync(join(dir, 'elsewhere'))
  expected.push(...write(join(dir, 'elsewhere'), '4.log'))
  renameSync(join(dir, 'elsewhere', '4.log'), join(dir, '4.log'))
  await readUntil(59)
  expect(source.actor.progress!()).toBeNull()
  expect(all.slice(3, 53)).toEqual(expected.filter((line) => line.startsWith('2.log')))
  expect(sorted(all)).toEqual(sorted(expected))
  await source.actor.close!()
})

test('a name may come again when a look found it gone; a folder that vanished for a while brings nothing back', async () => {
  const dir = temporaryDir()
  const folder = join(dir, 'in')
  mkdirSync(folder)
  write(folder, 'a.log')
  const { records, run, actor } = await drive(linesSource, found(`${dir}/in/*.log`, 5))
  await run(() => records.length === 3)
  const looks = async (count: number): Promise<void> => {
    let polls = 0
    await run(() => polls++ >= 3 * count)
  }
  renameSync(folder, join(dir, 'away'))
  await looks(3)
  renameSync(join(dir, 'away'), folder)
  await looks(3)
  expect(records).toHaveLength(3)
  rmSync(join(folder, 'a.log'))
  await looks(3)
  expect(JSON.stringify(actor.snapshot!(1))).not.toContain('a.log')
  write(folder, 'a.log')
  await run(() => records.length === 6)
  await actor.close!()
})

test('a file that vanishes before it was read is an error with its path', async () => {
  const dir = temporaryDir()
  write(dir, 'a.log')
  write(dir, 'b.log')
  const { records, run, actor } = await drive(linesSource, found(`${dir}/*.log`))
  await run(() => records.length > 0)
  rmSync(join(dir, 'b.log'))
  await expect(run()).rejects.toMatchObject({ code: 'MR_PATH_UNUSABLE', message: expect.stringMatching(/b\.log.*ENOENT/) as string })
  await actor.close!()
})
