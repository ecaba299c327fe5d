/** The woken thread of bench/micro/doorbell.ts: answers each ring by storing the number that it found. */
import { parentPort, workerData } from 'node:worker_threads'
import { Doorbell } from '../../src/ring/index.ts'

export interface DoorbellThreadJob {
  readonly bells: SharedArrayBuffer
  /** Int32 words: what is asked, and what was answered. */
  readonly words: SharedArrayBuffer
  readonly sleep: 'sleep' | 'sleepAsync'
  /** Longest single sleep. */
  readonly sleepMs: number
}

const job = workerData as DoorbellThreadJob
const words = new Int32Array(job.words)
const bell = new Doorbell(job.bells, 0)
let answered = 0
const asked = (): boolean => Atomics.load(words, 0) !== answered

// A port that is listened to, as every worker has.
parentPort!.on('message', () => {})
parentPort!.postMessage('ready')
for (;;) {
  if (job.sleep === 'sleep') bell.sleep(asked, job.sleepMs)
  else await bell.sleepAsync(asked, job.sleepMs)
  while (asked()) {
    answered = Atomics.load(words, 0)
    Atomics.store(words, 1, answered)
  }
}
