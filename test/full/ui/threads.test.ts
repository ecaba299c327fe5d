import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type RunStats, launch } from '../../../src/index.ts'
import { job, jsonLines, millrace } from '../../cli/spawn-command.ts'
import board from './jobs/board.ts'

test('the dashboard answers, and the job goes on, while the thread that launched it is blocked', async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./blocked-process.js', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const { url, token } = JSON.parse(line) as { readonly url: string; readonly token: string }
    const ask = (path: string, init: RequestInit = {}) =>
      fetch(new URL(path, url), {
        ...init,
        headers: { Authorization: `Bearer ${token}`, ...(init.body !== undefined && { 'Content-Type': 'application/json' }) },
      })
    const read = async (): Promise<number> => {
      const { workers } = (await (await ask('/api/stats')).json()) as RunStats
      return workers.flatMap(({ actors }) => actors).reduce((sum, { recordsIn }) => sum + recordsIn, 0)
    }
    const before = await read()
    await expect.poll(read, { timeout: 60_000 }).toBeGreaterThan(before)
    expect((await ask('/api/checkpoint', { method: 'POST' })).status).toBe(200)
    expect((await ask('/api/stop', { method: 'POST', body: '{"drain":false}' })).status).toBe(202)
  } finally {
    child.kill('SIGKILL')
  }
})

test('millrace run --ui says where it is, with the token of the environment', async () => {
  const asked: Promise<unknown>[] = []
  const { stderr } = await millrace(['run', job('endless'), '--ui', '--workers', '1', '--json'], {
    env: { MILLRACE_UI_TOKEN: 'a-token-of-the-environment' },
    onStderr: (text, command) => {
      if (asked.length > 0 || !/"event":"ui".*\n/.test(text)) return
      const { url } = jsonLines(text.slice(0, text.lastIndexOf('\n'))).find(({ event }) => event === 'ui') as { readonly url: string }
      const headers = { Authorization: 'Bearer a-token-of-the-environment' }
      asked.push(
        fetch(new URL('/health', url), { headers })
          .then(({ status }) => status, String)
          .finally(() => command.signal('SIGTERM')),
      )
    },
  })
  expect(await Promise.all(asked)).toEqual([200])
  expect(jsonLines(stderr).at(-1)).toMatchObject({ event: 'ended', outcome: 'stopped' })
})

test('a dashboard can be closed and served again; it ends with the run, after it has told of the end', async () => {
  const run = await launch(board, { workers: 1 })
  const first = await run.serveUi({ token: 'a-token-that-is-chosen' })
  await first.close()
  await expect(fetch(first.url)).rejects.toThrow('fetch failed')
  const second = await run.serveUi({ port: first.port, token: 'a-token-that-is-chosen' })
  expect(second.url).toBe(first.url)
  const events = await fetch(new URL(`/api/events?token=${second.token}`, second.url))
  const text = events.text().catch(String)
  const stopped = await fetch(new URL('/api/stop', second.url), { method: 'POST', headers: { Authorization: `Bearer ${second.token}` } })
  expect(stopped.status).toBe(202)
  expect(await run.done).toMatchObject({ outcome: 'stopped' })
  expect(await text).toMatch(/^event: begin\n[^]*event: log\ndata: .*"type":"ended","outcome":"stopped"/)
  await expect(fetch(second.url)).rejects.toThrow('fetch failed')
  await expect(run.serveUi()).rejects.toMatchObject({ code: 'MR_RUN_ENDED' })
})
