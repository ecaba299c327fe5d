import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Watched, jsonLines, millrace, temporaryDir } from '../../cli/spawn-command.ts'

const millraceUrl = new URL('../../../src/index.js', import.meta.url).href

/** Counts for ever; its rows tell which text of the module made them. */
const source = (version: string): string => `import { defineJob } from '${millraceUrl}'
export default defineJob(import.meta, {
  name: 'counting',
  build: ({ source }) => ({
    rows: source.generate('numbers', { count: Infinity, parallelism: 1, rowsPerSecond: 500, make: (n) => ({ n, key: 'all' }) })
      .keyBy('key').count().toStream({ emit: 'every' }).map(({ count }) => ({ count, version: '${version}' })),
  }),
})
`

interface Row {
  readonly count: number
  readonly version: string
}

/** Does one step after the other, each once its text has been seen. */
function inTurn(steps: readonly { readonly seen: string; readonly act: (command: Watched) => void }[]) {
  let next = 0
  const look = (text: string, command: Watched): void => {
    if (next < steps.length && text.includes(steps[next]!.seen)) steps[next++]!.act(command)
  }
  return { look, taken: () => next }
}

test('a job goes on with its state when its code changes; one that does not load waits for the next change', async () => {
  const dir = temporaryDir()
  const file = join(dir, 'job.js')
  const write = (text: string) => (): void => writeFileSync(file, text)
  write(source('a'))()
  const rows = inTurn([
    { seen: '"version":"a"', act: write(source('b')) },
    { seen: '"version":"b"', act: write('this is no module') },
    { seen: '"version":"c"', act: (command) => command.signal('SIGTERM') },
  ])
  const notes = inTurn([{ seen: 'waiting for a change', act: write(source('c')) }])
  const ended = await millrace(['dev', 'job.js', '--workers', '1', '--outlet', 'rows', '--checkpoint-interval', '100'], {
    cwd: dir,
    onStdout: rows.look,
    onStderr: notes.look,
  })
  expect([rows.taken(), notes.taken()], ended.stderr).toEqual([3, 1])
  expect(ended).toMatchObject({ exitCode: 130, signal: null })
  const seen = jsonLines(ended.stdout) as unknown as Row[]
  // Each number once, in order, over all runs: the state came along.
  expect(seen.map(({ count }) => count)).toEqual(seen.map((_, at) => at + 1))
  expect([...new Set(seen.map(({ version }) => version))]).toEqual(['a', 'b', 'c'])
  expect(ended.stderr).toMatch(/millrace dev: job\.js has changed; going on with it/)
  expect(existsSync(join(dir, '.millrace', 'job'))).toBe(true)
})

test('a wrong command line ends dev at once; files that are no code change nothing', async () => {
  const dir = temporaryDir()
  expect(await millrace(['dev', 'job.js'], { cwd: dir })).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no job module') })
  expect(await millrace(['dev', '--workers', '1', 'job.js'], { cwd: dir })).toMatchObject({ exitCode: 2 })
  writeFileSync(join(dir, 'job.js'), source('a'))
  expect(await millrace(['dev', 'job.js', '--workers', 'x'], { cwd: dir })).toMatchObject({ exitCode: 2 })
  expect(await millrace(['dev', 'job.js', '--supervise'], { cwd: dir })).toMatchObject({ exitCode: 2 })
  const rows = inTurn([
    { seen: '"count":5,', act: () => writeFileSync(join(dir, 'out.json'), '{}') },
    { seen: '"count":500,', act: (command) => command.signal('SIGTERM') },
  ])
  const ended = await millrace(['dev', 'job.js', '--workers', '1', '--outlet', 'rows'], { cwd: dir, onStdout: rows.look })
  expect(ended.exitCode).toBe(130)
  expect(ended.stderr).not.toMatch(/has changed/)
})
