/** Entry of the storage thread. Imports nothing but what opening the directory needs, so that it is open early. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { beginWriting, endWriting } from './handshake.ts'
import type { StorageOptions } from './protocol.ts'

/** A thread that is ended while it loads native code takes the process with it, so the end of the process waits for that, too. */
async function start(control: MessagePort, options: StorageOptions): Promise<void> {
  if (!beginWriting(options.handshake)) return
  const { StorageThread } = await import('./storage-thread.ts').finally(() => endWriting(options.handshake))
  await new StorageThread(control, options).run()
}

const options = workerData as StorageOptions
const control = options.controlPort ?? parentPort
if (!control) throw new Error('The storage thread must be started as a worker.')
void start(control, options)
