import type { OperatorContext, StateChunk } from '../src/actor/contract.ts'
import { CachedBackend, restorePaced } from '../src/actor/cached-kit.ts'
import type { Key } from '../src/actor/operator-kit.ts'
import {
  type ImageGroup,
  type KeyedStateBackend,
  MemoryBackend,
  type MemoryImage,
  NewerKeys,
  type StateReading,
  Timers,
  TimersImage,
  decodeKeys,
  encodeKeys,
  loadTimers,
  saveTimers,
} from '../src/actor/process-kit.ts'
import { SNAPSHOT_SLOTS_PER_ROW, TIMERS_PER_STEP_MAX } from '../src/limits.ts'

/** State of one key group, as it goes into a checkpoint. */
interface SavedGroup {
  readonly states?: Readonly<Record<string, Uint8Array>>
  readonly event?: Uint8Array
  readonly processing?: Uint8Array
  /** Keys of which the chunks before this one say something that is over. */
  readonly outdated?: Uint8Array
  /** Those are all timers of the group: what the chunks before this one say of timers is over. */
  readonly allTimers?: true
}

const DOMAINS = ['event', 'processing'] as const
type TimerImages = Readonly<Record<(typeof DOMAINS)[number], TimersImage>>

/** What one instance of an actor keeps by key: its states, in memory or elsewhere, and its timers, in memory. */
export class ProcessState {
  readonly backend: KeyedStateBackend
  readonly event: Timers
  readonly processing: Timers
  /** Null where all state is in memory. */
  readonly cached: CachedBackend | null
  readonly #context: OperatorContext
  readonly #memory: MemoryBackend | null
  /** Key groups of which snapshots of state that lies elsewhere have told timers. */
  readonly #timed = new Set<number>()

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

  snapshot(checkpointId: number, nowMs: number): Iterable<StateChunk | null> {
    if (this.#memory === null) return this.#handOver(nowMs)
    const { keyGroups, batchRecords: rowsPerStep } = this.#context
    const image = this.#memory.image({ checkpoint: checkpointId, keyGroups, rowsPerStep })
    return this.#encoded(this.#memory, image, { event: new TimersImage(this.event), processing: new TimersImage(this.processing) }, nowMs)
  }

  checkpointCompleted(checkpointId: number): void {
    this.#memory?.completed(checkpointId)
  }

  /** The snapshot of a checkpoint is not wanted any more. */
  checkpointFailed(checkpointId: number): void {
    this.#memory?.endImage(checkpointId)
  }

  restore(chunks: readonly StateChunk[], nowMs: number): Promise<void> {
    const groups = new Map<number, SavedGroup[]>()
    for (const { id, value } of chunks) {
      const saved = groups.get(id)
      if (saved === undefined) groups.set(id, [value as SavedGroup])
      else saved.push(value as SavedGroup)
    }
    this.#memory?.expect(chunks.map(({ value }) => (value as SavedGroup).states ?? {}))
    return restorePaced(groups.values(), (saved) => this.#restoreGroup(saved, nowMs), this.cached?.cache ?? null)
  }

  query(state: string, key: Key, nowMs: number): StateReading {
    return this.backend.read(state, key, nowMs)
  }

  *#encoded(memory: MemoryBackend, image: MemoryImage, timers: TimerImages, nowMs: number): Generator<StateChunk | null> {
    const { batchRecords } = this.#context
    yield* image.select()
    for (const domain of DOMAINS) yield* timers[domain].sort(batchRecords * SNAPSHOT_SLOTS_PER_ROW)
    for (const part of image.groups()) {
      if (part === null) yield null
      else yield this.#encodedGroup(memory, image, timers, part, nowMs)
    }
    memory.endImage()
  }

  #encodedGroup(memory: MemoryBackend, image: MemoryImage, timers: TimerImages, part: ImageGroup, nowMs: number): StateChunk {
    const { group, slots, since, outdated } = part
    const place = { groups: this.#context.keyGroups, group }
    const states = memory.write(image, place, slots, nowMs)
    const event = timers.event.write(place, image, slots)
    const processing = timers.processing.write(place, image, slots)
    const saved: SavedGroup = {
      ...(Object.keys(states).length > 0 && { states }),
      ...(event !== null && { event }),
      ...(processing !== null && { processing }),
      ...(outdated.length > 0 && { outdated: encodeKeys(place, outdated) }),
    }
    if (since === undefined) return { scope: 'group', id: group, value: saved }
    return { scope: 'group', id: group, value: Object.keys(saved).length === 0 ? undefined : saved, since }
  }

  /** Gives what has changed to the working store; timers go into chunks of their own. */
  #handOver(nowMs: number): StateChunk[] {
    const { keyGroups } = this.#context
    const { keys } = this.backend
    const groups = new Map<number, SavedGroup>([...this.#timed].map((group) => [group, {}]))
    for (const domain of DOMAINS)
      for (const [group, bytes] of saveTimers(this[domain], keys, keyGroups)) groups.set(group, { ...groups.get(group), [domain]: bytes })
    for (const group of groups.keys()) this.#timed.add(group)
    const chunks: StateChunk[] = [...groups].map(([id, value]) => ({ scope: 'group', id, value }))
    return [...chunks, { scope: 'working', id: this.cached!.table, value: this.cached!.handOver(nowMs) }]
  }

  /** The newest first: what it says of a key is not asked of older ones. */
  #restoreGroup(saved: readonly SavedGroup[], nowMs: number): void {
    const { keys } = this.backend
    const newer = new NewerKeys()
    let hasAllTimers = false
    for (const { states, outdated, allTimers, ...timers } of saved.toReversed()) {
      if (states !== undefined) this.backend.restore(states, nowMs, newer)
      for (const domain of DOMAINS) if (timers[domain] !== undefined && !hasAllTimers) loadTimers(this[domain], keys, timers[domain], newer)
      hasAllTimers ||= allTimers === true
      if (outdated !== undefined) for (const key of decodeKeys(outdated)) newer.add(key)
    }
  }
}
