/** onStart and onStop: once for each instance of an attempt, around everything else, async or not. */
import { expect, test } from 'vitest'
import { defineJob, recordsOf } from '../../src/index.ts'
import { runToEnd } from '../../src/testing/index.ts'

interface Row {
  readonly key: number
}

const ROWS: readonly Row[] = Array.from({ length: 60 }, (_, n) => ({ key: n % 7 }))

/** What instances were told, in order; an instance is what `process` made. */
let said: { readonly instance: number; readonly what: string }[] = []
let made = 0

class Told {
  readonly emits = recordsOf<number>()
  readonly #instance = made++
  #started = false

  async onStart(): Promise<void> {
    await Promise.resolve()
    this.#started = true
    said.push({ instance: this.#instance, what: 'start' })
  }

  onRecord({ key }: Row, { emit }: { emit(key: number): void }): void {
    if (!this.#started) throw new Error('a record came before onStart was done')
    if (failsAt === said.filter(({ what }) => what === 'record').length) {
      failsAt = -1
      throw new Error('the planned failure')
    }
    said.push({ instance: this.#instance, what: 'record' })
    emit(key)
  }

  async onStop(): Promise<void> {
    await Promise.resolve()
    said.push({ instance: this.#instance, what: 'stop' })
  }
}

let failsAt = -1

const job = defineJob(import.meta, {
  name: 'life',
  build: ({ inlet }) => ({
    out: inlet<Row>('rows')
      .keyBy('key')
      .process(() => new Told() as never) as never,
  }),
})

/** By instance, what it was told. */
async function lives(fails: number): Promise<string[][]> {
  said = []
  failsAt = fails
  const { out } = (await runToEnd(job, { rows: ROWS }, { seed: 1, workers: 2, restart: { maxRestarts: 3 } })) as { out: unknown[] }
  expect(out.length).toBeGreaterThanOrEqual(ROWS.length)
  return [...new Set(said.map(({ instance }) => instance))].map((one) =>
    said.flatMap(({ instance, what }) => (instance === one ? [what] : [])),
  )
}

test.each([
  ['without failures', -1, 2],
  ['over a restart, each attempt has its own', 20, 4],
])('%s', async (_, fails, instances) => {
  const all = await lives(fails)
  expect(all).toHaveLength(instances)
  for (const told of all) {
    expect([told[0], told.at(-1)]).toEqual(['start', 'stop'])
    expect(told.filter((what) => what !== 'record')).toEqual(['start', 'stop'])
  }
})
