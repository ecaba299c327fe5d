import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ThreadJob, ThreadResult } from './job.ts'

export interface RunningThread {
  readonly worker: Worker
  /** Rejects when the thread ends without a result. */
  readonly result: Promise<ThreadResult>
}

export function startThread(job: ThreadJob): RunningThread {
  const worker = new Worker(new URL(`./thread${extname(import.meta.url)}`, import.meta.url), { workerData: job })
  const result = new Promise<ThreadResult>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`thread ended with ${code} before its result`)))
  })
  result.catch(() => {})
  return { worker, result }
}

/** Ends a thread at whatever it is doing; resolves when it has ended. */
export async function kill(thread: RunningThread): Promise<void> {
  await thread.worker.terminate()
}
