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

interface CallFrame {
  readonly callFrameId: string
  readonly functionName: string
  readonly location: { readonly scriptId: string }
}

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
  const urls = new Map<string, string>()
  worker.on('Debugger.scriptParsed', (script: { scriptId: string; url: string }) => urls.set(script.scriptId, script.url))
  await worker.post('Debugger.enable')
  // A test that fails here shall not leave the thread standing.
  await using _ = { [Symbol.asyncDispose]: () => Promise.resolve(void worker.post('Debugger.disable')) }
  const paused = once(worker, 'Debugger.paused') as Promise<[{ callFrames: CallFrame[] }]>
  const { breakpointId } = await worker.post('Debugger.setBreakpointByUrl', { lineNumber, urlRegex: 'stepped\\.js$' })
  const [{ callFrames }] = await paused
  const [frame, chain] = callFrames as [CallFrame, CallFrame]
  expect(urls.get(frame.location.scriptId)).toContain('stepped.js')
  // The generated chain is what called it, under the names of the job and its operators.
  expect(chain.functionName).toContain('stepped/numbers>map-1')
  expect(urls.get(chain.location.scriptId)).toMatch(/^millrace:\/\/stepped\/numbers(%3E|>)map-1/)
  const { result } = await worker.post('Debugger.evaluateOnCallFrame', { callFrameId: frame.callFrameId, expression: 'typeof n' })
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
