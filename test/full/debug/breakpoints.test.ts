/** A debugger at a job's threads, as `--inspect` gives it one. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import inspector from 'node:inspector'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { launch } from '../../../src/index.ts'
import { CONTROL_CALL_TIMEOUT_MS } from '../../../src/limits.ts'
import { Debugger } from './debugger.ts'
import job from './jobs/stepped.ts'

const CHECKPOINT_TIMEOUT_MS = 2_000

test('a breakpoint in a job is hit, and nothing is late while somebody looks at it', async () => {
  inspector.open(0, '127.0.0.1')
  const tools = new Debugger()
  onTestFinished(() => {
    tools.detach()
    inspector.close()
  })
  await tools.attach()
  const notices: string[] = []
  await using run = await launch(job, { workers: 1, checkpointIntervalMs: 100, checkpointTimeoutMs: CHECKPOINT_TIMEOUT_MS })
  run.onNotice(({ type, text }) => void (type !== 'checkpoint' && notices.push(text)))
  const worker = await tools.thread('millrace-worker')
  expect(tools.threads.map(({ title }) => title)).toEqual(
    expect.arrayContaining([expect.stringContaining('millrace-control'), expect.stringContaining('millrace-storage')]),
  )

  const file = fileURLToPath(new URL('./jobs/stepped.js', import.meta.url))
  const lineNumber = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes('// breakpoint'))
  await worker.post('Debugger.enable')
  const paused = once(worker, 'Debugger.paused') as Promise<[{ callFrames: { functionName: string; url: string; callFrameId: string }[] }]>
  const { breakpointId } = await worker.post('Debugger.setBreakpointByUrl', { lineNumber, urlRegex: 'stepped\\.js$' })
  const [{ callFrames }] = await paused
  expect(callFrames[0]!.url).toContain('stepped.js')
  // The generated chain is what called it, under the names of the job and its operators.
  expect(callFrames[1]!).toMatchObject({ functionName: expect.stringContaining('stepped/numbers>map-1') as string })
  expect(callFrames[1]!.url).toMatch(/^millrace:\/\/stepped\/numbers%3Emap-1/)
  const { result } = await worker.post('Debugger.evaluateOnCallFrame', { callFrameId: callFrames[0]!.callFrameId, expression: 'typeof n' })
  expect(result).toMatchObject({ value: 'number' })

  const stats = run.stats()
  void run.checkpoint()
  await pause(CONTROL_CALL_TIMEOUT_MS + 3_000)
  await worker.post('Debugger.removeBreakpoint', { breakpointId })
  await worker.post('Debugger.resume')
  expect((await stats).workers).toHaveLength(1)
  await new Promise<void>((resolve) => void run.onNotice(({ type }) => type === 'checkpoint' && resolve()))
  expect(notices).toEqual([])
  expect(await run.stop()).toEqual({ outcome: 'stopped', restarts: 0 })
}, 240_000)
