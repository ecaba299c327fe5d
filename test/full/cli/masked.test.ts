import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { millrace, temporaryDir } from '../../cli/spawn-command.ts'

const SECRET = /jane|example\.org/
const job = fileURLToPath(new URL('./jobs/masked.js', import.meta.url))

test(
  'a masked field stands in no event, route, status or letter of a run that crashes on it; outputs have it',
  { timeout: 300_000 },
  async () => {
    const dir = temporaryDir()
    const env = { MILLRACE_RUNTIME_DIR: join(dir, 'runs'), MILLRACE_UI_TOKEN: 'a-token-of-this-test' }
    const seen: Record<string, string> = {}
    const asking: Promise<void>[] = []
    const ask = async (url: string): Promise<void> => {
      const get = async (path: string): Promise<string> => {
        const answer = await fetch(new URL(path, url), { headers: { Authorization: `Bearer ${env.MILLRACE_UI_TOKEN}` } })
        return answer.text()
      }
      for (const path of ['/api/log', '/api/status', '/api/stats', '/api/job', '/metrics']) seen[path] = await get(path)
      seen['status'] = (await millrace(['status', '--json'], { env, cwd: dir })).stdout
      seen['letters'] = (await millrace(['dlq', 'ls', 'bad.jsonl'], { env, cwd: dir })).stdout
      await millrace(['stop', 'masked'], { env, cwd: dir })
    }
    const run = await millrace(['run', job, '--workers', '2', '--json', '--verbose', '--ui', '--checkpoint-interval', '200'], {
      env,
      cwd: dir,
      onStderr: (text) => {
        const url = /"url":"([^"]+)"/.exec(text)?.[1]
        const restarted = text.indexOf('"event":"restart"')
        // Letters are in the file behind a checkpoint; there are keys to show behind some progress.
        const enough =
          restarted !== -1 && text.includes('"event":"checkpoint"', restarted) && text.includes('"event":"progress"', restarted)
        if (url !== undefined && enough) asking[0] ??= ask(url)
      },
    })
    await Promise.all(asking)
    expect(run.exitCode).toBe(130)
    expect(run.stdout).toMatch(SECRET)
    expect(run.stderr).toMatch(/"event":"restart".*"operator":"crash"/)
    expect(seen['/api/log']).toMatch(/"restart".*RangeError/)
    expect(seen['letters']).toMatch(/refuse +TypeError: no order of \*\*\* +\{"n":7,"email":"\*\*\*"\}/)
    for (const [where, text] of Object.entries({ ...seen, stderr: run.stderr, file: readFileSync(join(dir, 'bad.jsonl'), 'utf8') }))
      expect(SECRET.test(text), where).toBe(false)
  },
)
