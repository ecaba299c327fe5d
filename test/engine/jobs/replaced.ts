import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { threadRole } from '../../../src/core/thread-role.ts'
import { defineJob } from '../../../src/index.ts'
import type { OperatorDefinition, Outlets } from '../../../src/index.ts'

/** Worker 0 is lost; while its successor loads this module worker 1 is lost too, and its successor takes longer to load it. */
const dir = process.env['MILLRACE_TEST_DIR']!
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const happened = (what: string): boolean => existsSync(join(dir, what))
const note = (what: string): void => writeFileSync(join(dir, what), '')

if (threadRole()?.role === 'worker' && happened('0 lost')) {
  if (!happened('0 loads again')) {
    note('0 loads again')
    while (!happened('1 loads again')) await sleep(5)
  } else if (!happened('1 loads again')) {
    note('1 loads again')
    await sleep(500)
  }
}

const perishable: OperatorDefinition = {
  kind: 'perishable',
  create: (_spec, { index, attempt, emit }) => ({
    open: () => {
      if (attempt > 1 || index === 0) return
      const timer = setInterval(() => {
        if (!happened('0 loads again')) return
        clearInterval(timer)
        setTimeout(() => process.exit(3), 200)
      }, 5)
    },
    process: (record, timestamp) => {
      if (attempt === 1 && index === 0) {
        note('0 lost')
        process.exit(3)
      }
      emit(record, timestamp)
    },
  }),
}

export default defineJob<object, Outlets>(import.meta, {
  build: ({ source }) => ({
    rows: source.generate('rows', { count: 10_000, make: (n) => n }).transform(perishable, {}),
  }),
})
