/**
 * Loaded with `--import` into every thread of a measured process, before anything else of it: takes a CPU profile and counts what is allocated, between two words of the app
 * thread. The profile runs from the beginning, and what came before the first word is cut off: only while a profile runs does V8 note for code that it optimises what was inlined where.
 */
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { join } from 'node:path'
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads'
import { threadRole } from '../../src/core/thread-role.ts'
import { AllocatedBytes } from './allocated-bytes.ts'
import { ANSWERS, WORDS } from './recording.ts'
import { cutProfile, type WholeProfile } from './cut-profile.ts'
import type { CpuProfile, FunctionLines, ProbeAnswer, ProbeWord, Role, ThreadRecording } from './recording.ts'

const SAMPLE_US = 500

const words = new BroadcastChannel(WORDS)
const answers = new BroadcastChannel(ANSWERS)
const allocated = new AllocatedBytes()
const session = new Session()
let startedAtMs = 0
let beganAtMs = 0

function post<T = unknown>(method: string, params: object = {}): Promise<T> {
  return new Promise((resolve, reject) =>
    session.post(method, params, (error: Error | null, result?: object) => (error === null ? resolve(result as T) : reject(error))),
  )
}

async function startProfile(): Promise<void> {
  session.connect()
  await post('Profiler.enable')
  await post('Profiler.setSamplingInterval', { interval: SAMPLE_US })
  await post('Profiler.start')
  startedAtMs = performance.now()
}

function roleOfThread(): Role {
  return isMainThread ? 'app' : (threadRole()?.role ?? 'storage')
}

interface Coverage {
  readonly result: readonly {
    readonly scriptId: string
    readonly functions: readonly { readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number }[] }[]
  }[]
}

/** The text of generated code, and which lines functions have. Asked for when the profile is over, since debugging slows a thread down. */
async function scriptsOf({ nodes }: CpuProfile): Promise<Pick<ThreadRecording, 'sources' | 'functions'>> {
  const named = new Map(nodes.map(({ callFrame }) => [callFrame.scriptId, callFrame.url]))
  await post('Debugger.enable')
  const { result } = await post<Coverage>('Profiler.getBestEffortCoverage')
  const sources: Record<string, string> = {}
  const functions: Record<string, FunctionLines[]> = {}
  for (const { scriptId, functions: ranges } of result) {
    const url = named.get(scriptId)
    if (url === undefined || !/^$|^millrace:|[\\/]dist[\\/]/.test(url)) continue
    // Code that nobody holds any more is gone.
    const text = await post<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId }).catch(() => undefined)
    if (text === undefined) continue
    if (!url.includes('dist')) sources[scriptId] = text.scriptSource
    const lineAt = lineCounter(text.scriptSource)
    functions[scriptId] = ranges.map(({ ranges: [whole] }) => ({ first: lineAt(whole!.startOffset), last: lineAt(whole!.endOffset) }))
  }
  return { sources, functions }
}

function lineCounter(text: string): (offset: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
}

function begin(): ProbeAnswer {
  allocated.start()
  beganAtMs = performance.now()
  return { type: 'begun' }
}

async function end(directory: string): Promise<ProbeAnswer> {
  const endedAtMs = performance.now()
  const memory = allocated.stop()
  const { profile } = await post<{ profile: WholeProfile }>('Profiler.stop')
  const scripts = await scriptsOf(profile)
  const window = cutProfile(profile, 1000 * (beganAtMs - startedAtMs), 1000 * (endedAtMs - startedAtMs))
  const recording: ThreadRecording = {
    role: roleOfThread(),
    wallUs: 1000 * (endedAtMs - beganAtMs),
    ...memory,
    profile: window,
    ...scripts,
  }
  const file = join(directory, `thread-${threadId}.json`)
  writeFileSync(file, JSON.stringify(recording))
  return { type: 'ended', file }
}

words.onmessage = (event) => {
  const word = (event as { data: ProbeWord }).data
  void Promise.resolve(word.type === 'begin' ? begin() : end(word.directory)).then((answer) => answers.postMessage(answer))
}
words.unref()
answers.unref()
await startProfile()
