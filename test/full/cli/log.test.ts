import { expect, test } from 'vitest'
import { job, jsonLines, millrace } from '../../cli/spawn-command.ts'

const RUN = ['run', job('failing'), '--workers', '1', '--log'] as const

test('--log json tells a run in lines of pino, restarts with their stacks; pretty for people; off what made it fail; not with --json', async () => {
  const [json, pretty, off, both] = await Promise.all([
    millrace([...RUN, 'json']),
    millrace([...RUN, 'pretty']),
    millrace([...RUN, 'off']),
    millrace([...RUN, 'json', '--json']),
  ])
  const lines = jsonLines(json.stderr)
  expect(lines[0]).toMatchObject({
    level: 30,
    event: 'started',
    job: 'failing',
    workers: 1,
    pid: expect.any(Number),
    time: expect.any(Number),
  })
  const restart = lines.find(({ event }) => event === 'restart')
  expect(restart).toMatchObject({ level: 40, err: { operator: 'picky', stack: expect.stringContaining('RangeError: two is too much') } })
  expect(lines.at(-1)).toMatchObject({ level: 50, event: 'failed', err: { code: 'MR_RESTARTS_EXHAUSTED' } })
  expect(pretty.stderr).toMatch(/^\S+Z info {2}started: failing runs on 1 worker/)
  expect(pretty.stderr).toMatch(/\n\S+Z WARN {2}restart: [^\n]*\n {4}[^\n]*RangeError/)
  expect(off.stderr).toMatch(/^region "job" was restarted .*\n$/)
  expect([json, pretty, off].map(({ exitCode }) => exitCode)).toEqual([1, 1, 1])
  expect(both).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('cannot be used with') })
})
