import { existsSync, writeFileSync } from 'node:fs'
import { defineJob, sink } from '../../../src/index.ts'
import type { Outlets } from '../../../src/index.ts'

export interface Item {
  readonly who: string
  readonly n: number
}

export interface InletsConfig {
  /** File for every item, as JSON lines. */
  readonly path?: string
  /** Throws once at this item, and remembers that in a file. */
  readonly crashAt?: number
  readonly marker?: string
  readonly silent?: boolean
}

/** Items of two inlets, counted and summed by `who`, every step of it. */
export default defineJob<InletsConfig, Outlets>(import.meta, {
  build: ({ inlet, config }): Outlets => {
    const { path, crashAt = -1, marker = '', silent = false } = config
    const items = inlet<Item>('left')
      .union(inlet<Item>('right'))
      .map(
        (item) => {
          if (item.n === crashAt && !existsSync(marker)) {
            writeFileSync(marker, '')
            throw new Error('planned')
          }
          return item
        },
        { parallelism: 1 },
      )
    if (path !== undefined) items.to(sink.file({ path, format: 'jsonLines' }), { name: 'file' })
    const steps = items.keyBy('who').scan(
      () => ({ who: '', count: 0, sum: 0 }),
      (state, item) => ({ who: item.who, count: state.count + 1, sum: state.sum + item.n }),
      { name: 'steps' },
    )
    return silent ? {} : { steps }
  },
})
