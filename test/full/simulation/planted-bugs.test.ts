import { execFile } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SeedsReport } from '../../simulation/random/run-seeds.ts'
import { PLANTED_BUGS, type PlantedBug } from './planted-bugs.ts'

const SEEDS = 2_000
const dist = fileURLToPath(new URL('../../../', import.meta.url))
/** Within dist/, so that packages are found from there. */
const copies = join(dist, 'planted')

beforeAll(() => rmSync(copies, { recursive: true, force: true }))

afterAll(() => rmSync(copies, { recursive: true, force: true }))

async function firstFailure({ file, text, instead }: Omit<PlantedBug, 'name'>, name: string, seeds: number): Promise<SeedsReport> {
  const copy = join(copies, name)
  for (const part of ['src', 'actors', 'test/simulation', 'test/joins', 'test/windows'])
    cpSync(join(dist, part), join(copy, part), { recursive: true })
  const sound = readFileSync(join(dist, file), 'utf8')
  // One that does not apply any more proves nothing.
  expect(sound.split(text).length - 1, `"${text}" in ${file}`).toBe(1)
  writeFileSync(
    join(copy, file),
    sound.replace(text, () => instead),
  )
  const program = join(copy, 'test/simulation/random/run-seeds.js')
  const { stdout } = await promisify(execFile)(process.execPath, [program, '1', `${seeds}`, '1'], { maxBuffer: 2 ** 26 })
  return JSON.parse(stdout) as SeedsReport
}

/** Two at a time: each has a copy, and a process, of its own. */
describe.concurrent('simulation finds', () => {
  test.each(PLANTED_BUGS)('$name', async (bug) => {
    const { failures, runs } = await firstFailure(bug, `${PLANTED_BUGS.indexOf(bug)}`, SEEDS)
    console.log(
      `${bug.name}: ${failures.length === 0 ? `not found in ${runs} seeds` : `seed ${runs}: ${failures[0]!.message.split('\n')[0]}`}`,
    )
    expect(failures.length).toBe(1)
  })

  test('nothing in a copy that is sound', async () => {
    const same = { file: 'src/limits.js', text: 'export const HEAP_MB_MAX', instead: 'export const HEAP_MB_MAX' }
    expect(await firstFailure(same, 'sound', 200)).toMatchObject({ failures: [], runs: 200 })
  })
})
