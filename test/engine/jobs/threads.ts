import { existsSync, writeFileSync } from 'node:fs'
import { isMainThread, threadId } from 'node:worker_threads'
import { defineJob } from '../../../src/index.ts'
import type { Outlets } from '../../../src/index.ts'

/** What goes wrong with the job itself, or with the threads below it. The place is chosen by the environment, so that it is there at import. */
const what = process.env['MILLRACE_TEST_FAULT'] ?? ''
const role = (globalThis as Record<symbol, unknown>)[Symbol.for('millrace.thread-role')] as { role: string } | undefined

if (what === 'import-throws' && !isMainThread) throw new RangeError('planned at import')
if (what === 'import-throws-on-workers' && role?.role === 'worker') throw new RangeError('planned at import')
if (what === 'import-exits' && role?.role === 'worker') process.exit(5)
if (what === 'control-exits-at-import' && role?.role === 'control') process.exit(9)
if (what === 'control-exits-later' && role?.role === 'control') setTimeout(() => process.exit(9), 300)
if (what === 'control-throws-later' && role?.role === 'control') setTimeout(() => fail(), 300)
if (what === 'import-never-ends' && role?.role === 'worker') await new Promise((resolve) => setTimeout(resolve, 10 ** 8))

function fail(): never {
  throw new RangeError('planned')
}

interface ThreadsConfig {
  readonly count?: number
  readonly marker?: string
  readonly how?: 'exit' | 'heap' | 'timer' | 'rejection' | 'always-exit' | 'loop'
}

export default defineJob<ThreadsConfig, Outlets>(import.meta, {
  build: ({ source, config }): Outlets => {
    const { count = 50_000, how, marker = '' } = config
    if (what === 'build-throws') fail()
    if (what === 'build-throws-in-threads' && !isMainThread) fail()
    if (what === 'build-async') return Promise.resolve({}) as never
    if (what === 'empty') return {}
    if (what === 'bad-outlet') return { result: [1, 2] } as never
    const first = (): boolean => {
      if (existsSync(marker)) return false
      writeFileSync(marker, '')
      return true
    }
    const name = what === 'random' ? `rows-${Math.random()}` : what === 'thread-id' ? `rows-${threadId}` : 'rows'
    const rows = source.generate(name, { count, make: (n) => ({ n, key: n % 100 }) })
    if (what === 'duplicate') rows.map((row) => row, { name: 'rows' })
    if (what === 'extra-operator' && role?.role === 'worker') rows.map((row) => row, { name: 'extra' })
    const checked = rows.map(
      (row) => {
        if (row.n === 25_000 && how !== undefined) {
          if (how === 'always-exit') process.exit(3)
          if (first()) breakThread(how)
        }
        return row
      },
      { name: 'check' },
    )
    const result = checked
      .keyBy('key')
      .aggregate((a) => ({ n: a.count(), sum: a.sum('n') }), { name: 'sums' })
      .toStream({ emit: 'final' })
    return { result }
  },
})

function breakThread(how: ThreadsConfig['how']): void {
  if (how === 'exit') process.exit(3)
  if (how === 'timer') setTimeout(fail, 0)
  if (how === 'rejection') void Promise.reject(new RangeError('planned rejection'))
  if (how === 'loop') for (;;);
  if (how === 'heap') {
    const kept: unknown[] = []
    for (;;) kept.push(Array.from({ length: 1000 }, (_, i) => ({ i })))
  }
}
