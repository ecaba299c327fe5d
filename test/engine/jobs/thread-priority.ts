import { readlinkSync } from 'node:fs'
import { getPriority } from 'node:os'
import { defineJob } from '../../../src/index.ts'

/** Niceness of the thread that runs it, and of its process, on Linux. */
export default defineJob(import.meta, {
  build: ({ source }) => {
    const make = (): { thread: number; process: number } => ({
      thread: getPriority(Number(readlinkSync('/proc/thread-self').split('/').pop())),
      process: getPriority(process.pid),
    })
    return { seen: source.generate('rows', { count: 8, make, parallelism: 2 }) }
  },
})
