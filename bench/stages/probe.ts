/**
 * Loaded with `--import` into every thread of a measured process, before anything else of it: takes a CPU profile and counts what is allocated, between two words of the app
 * thread. A profile that hardly ever samples runs from the beginning: as long as there is one, V8 notes for all code that it optimises what was inlined where, which it cannot tell later.
 */
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { join } from 'node:path'
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads'
import { threadRole } from '../../src/core/thread-role.ts'
import { AllocatedBytes } from './allocated-bytes.ts'
import { ANSWERS, WORDS } from './recording.ts'
import type { CpuProfile, ProbeAnswer, ProbeWord, Role, ThreadRecording } from './recording.ts'

const RARELY_US = 1_000_000_000
const SAMPLE_US = 500

const words = new BroadcastChannel(WORDS)
const answers = new BroadcastChannel(ANSWERS)
const allocated = new AllocatedBytes()
const session = new Session()
let beganAtMs = 0

function post<T = unknown>(to: Session, method: string, params: object = {}): Promise<T> {
  return new Promise((resolve, reject) =>
    to.post(method, params, (error: Error | null, result?: object) => (error === null ? resolve(result as T) : reject(error))),
  )
}

async function profileFor(to: Session, intervalUs: number): Promise<void> {
  to.connect()
  await post(to, 'Profiler.enable')
  await post(to, 'Profiler.setSamplingInterval', { interval: intervalUs })
  await post(to, 'Profiler.start')
}

function roleOfThread(): Role {
  return isMainThread ? 'app' : (threadRole()?.role ?? 'storage')
}

/** Code that was compiled from a text has no file to be read from. Asked for when the profile is over, since debugging slows a thread down. */
async function generatedSources({ nodes }: CpuProfile): Promise<Record<string, string>> {
  const generated = nodes.filter(({ callFrame: { url, scriptId } }) => url.startsWith('millrace:') || (url === '' && scriptId !== '0'))
  const ids = new Set(generated.map(({ callFrame }) => callFrame.scriptId))
  await post(session, 'Debugger.enable')
  const sources: Record<string, string> = {}
  for (const scriptId of ids) {
    // Code that nobody holds any more is gone.
    const source = await post<{ scriptSource: string }>(session, 'Debugger.getScriptSource', { scriptId }).catch(() => undefined)
    if (source !== undefined) sources[scriptId] = source.scriptSource
  }
  return sources
}

async function begin(): Promise<ProbeAnswer> {
  await profileFor(session, SAMPLE_US)
  allocated.start()
  beganAtMs = performance.now()
  return { type: 'begun' }
}

async function end(directory: string): Promise<ProbeAnswer> {
  const wallUs = Math.round((performance.now() - beganAtMs) * 1000)
  const memory = allocated.stop()
  const { profile } = await post<{ profile: CpuProfile }>(session, 'Profiler.stop')
  const sources = await generatedSources(profile)
  const recording: ThreadRecording = { role: roleOfThread(), wallUs, ...memory, profile, sources }
  const file = join(directory, `thread-${threadId}.json`)
  writeFileSync(file, JSON.stringify(recording))
  return { type: 'ended', file }
}

words.onmessage = (event) => {
  const word = (event as { data: ProbeWord }).data
  void (word.type === 'begin' ? begin() : end(word.directory)).then((answer) => answers.postMessage(answer))
}
words.unref()
answers.unref()
await profileFor(new Session(), RARELY_US)
