import threads, { type WorkerOptions } from 'node:worker_threads'

let named = false

/**
 * Names the threads of the pool, so that debuggers, profilers and the operating system can tell them from others. Piscina has no option for it; it takes
 * the constructor from this module whenever it starts a thread. Only this thread, which is ours, is affected, and only Piscina's own file.
 */
export function nameWorkers(name: string): void {
  if (named) return
  named = true
  const { Worker } = threads
  const NamedWorker = class extends Worker {
    constructor(file: string | URL, options?: WorkerOptions) {
      super(file, /[\\/]piscina[\\/]/.test(String(file)) ? { name, ...options } : options)
    }
  }
  ;(threads as { Worker: typeof Worker }).Worker = NamedWorker
}
