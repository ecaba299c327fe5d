/** Entry of the storage thread. Imports nothing but what opening the directory needs, so that it is open early. */
import { parentPort, workerData } from 'node:worker_threads'
import type { StorageOptions } from './protocol.ts'
import { StorageThread } from './storage-thread.ts'

const options = workerData as StorageOptions
const control = options.controlPort ?? parentPort
if (!control) throw new Error('The storage thread must be started as a worker.')
void new StorageThread(control, options).run()
