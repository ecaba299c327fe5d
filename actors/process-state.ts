import type { OperatorContext, StateChunk } from '../src/actor/contract.ts'
import { CachedBackend, restorePaced } from '../src/actor/cached-kit.ts'
import type { Key } from '../src/actor/operator-kit.ts'
import { type KeyedStateBackend, MemoryBackend, type StateReading, Timers, loadTimers, saveTimers } from '../src/actor/process-kit.ts'
import { TIMERS_PER_STEP_MAX } from '../src/limits.ts'

/** State of one key group, as it goes into a checkpoint. */
interface SavedGroup {
  readonly states?: Readonly<Record<string, Uint8Array>>
  readonly event?: Uint8Array
  readonly processing?: Uint8Array
}

/** What one instance of an actor keeps by key: its states, in memory or elsewhere, and its timers, in memory. */
export class ProcessState {
  readonly backend: KeyedStateBackend
  readonly event: Timers
  readonly processing: Timers
  /** Null where all state is in memory. */
  readonly cached: CachedBackend | null
  readonly #context: OperatorContext
  readonly #memory: MemoryBackend | null

  constructor(context: OperatorContext) {
    const { backend, keyGroups, wake } = context
    this.#context = context
    this.cached =
      backend.type === 'lmdb' ? new CachedBackend(context.workingStore(), { keyGroups, cacheBytes: backend.cacheBytes, wake }) : null
    this.#memory = this.cached === null ? new MemoryBackend() : null
    this.backend = this.cached ?? this.#memory!
    this.event = new Timers(this.backend.keys)
    this.processing = new Timers(this.backend.keys)
  }

  /** The state of the records' keys is about to be used. False when it has to be fetched first. */
  prepare(records: readonly unknown[], keyOf: (record: unknown) => Key): boolean {
    return this.cached!.cache.needAll(records, keyOf)
  }

  /** The same for the keys of timers that are due, the first of them for certain: they stay until they have fired. */
  fetchDue(timers: Timers, until: number): void {
    this.cached!.cache.fetch(timers.dueSlots(until, TIMERS_PER_STEP_MAX))
  }

  snapshot(nowMs: number): StateChunk[] {
    const { keyGroups } = this.#context
    const { keys } = this.backend
    const groups = new Map<number, SavedGroup>()
    const add = (group: number, part: SavedGroup): void => void groups.set(group, { ...groups.get(group), ...part })
    for (const [group, states] of this.#memory?.snapshot(keyGroups, nowMs) ?? []) add(group, { states })
    for (const [group, event] of saveTimers(this.event, keys, keyGroups)) add(group, { event })
    for (const [group, processing] of saveTimers(this.processing, keys, keyGroups)) add(group, { processing })
    const chunks: StateChunk[] = [...groups].map(([id, value]) => ({ scope: 'group', id, value }))
    if (this.cached === null) return chunks
    return [...chunks, { scope: 'working', id: this.cached.table, value: this.cached.handOver(nowMs) }]
  }

  restore(groups: readonly unknown[], nowMs: number): Promise<void> {
    const { keys } = this.backend
    const restoreGroup = ({ states, event, processing }: SavedGroup): void => {
      if (states !== undefined) this.backend.restore(states, nowMs)
      if (event !== undefined) loadTimers(this.event, keys, event)
      if (processing !== undefined) loadTimers(this.processing, keys, processing)
    }
    return restorePaced(groups as readonly SavedGroup[], restoreGroup, this.cached?.cache ?? null)
  }

  query(state: string, key: Key, nowMs: number): StateReading {
    return this.backend.read(state, key, nowMs)
  }
}
