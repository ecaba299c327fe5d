import { setImmediate as turn } from 'node:timers/promises'
import type { TwoPhaseCommit } from '../../src/index.ts'

/** What may be wrong with a sink. */
export type PlantedBug = 'commits again what is committed' | 'forgets what another attempt has prepared' | 'shows what is not committed'

/** A store with transactions, which outlast the process that has prepared them. Each call takes a turn of the event loop. */
export class TransactionStore<T> {
  readonly shown: T[] = []
  readonly #prepared = new Map<string, readonly T[]>()
  readonly #committed = new Set<string>()
  readonly #bug: PlantedBug | null

  constructor(bug: PlantedBug | null = null) {
    this.#bug = bug
  }

  /** A connection of one instance. */
  open(): TwoPhaseCommit<T, T[], number> {
    const mine = new Set<string>()
    return {
      begin: async () => turn([]),
      write: async (rows, records) => {
        await turn()
        rows.push(...records)
        if (this.#bug === 'shows what is not committed') this.shown.push(...records)
      },
      prepare: async (rows, { id }) => {
        await turn()
        this.#prepared.set(id, rows)
        mine.add(id)
        return rows.length
      },
      commit: async ({ id }) => {
        await turn()
        if (this.#bug === 'forgets what another attempt has prepared' && !mine.has(id)) return
        this.#commit(id)
      },
      recover: async ({ lineage, instance }) => {
        await turn()
        const left = [...this.#prepared.keys()].filter((id) => id.startsWith(`${lineage}-${instance}-`) && !this.#committed.has(id))
        for (const id of left) this.#prepared.delete(id)
      },
    }
  }

  #commit(id: string): void {
    if (this.#committed.has(id) && this.#bug !== 'commits again what is committed') return
    this.#committed.add(id)
    if (this.#bug !== 'shows what is not committed') this.shown.push(...this.#prepared.get(id)!)
  }
}
