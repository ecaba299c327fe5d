import type { StateChunk } from '../src/actor/contract.ts'
import type { Key } from '../src/actor/operator-kit.ts'
import { ValueTable } from '../src/actor/keyed-kit.ts'
import type { AllRows } from '../src/actor/rows-kit.ts'
import { WindowPane, type Windows } from '../src/actor/window-kit.ts'
import { heapBytes } from '../src/actor/cached-kit.ts'
import { forEachRow, newestRowsOf } from './stored-rows.ts'

/** A pane as a checkpoint holds it. */
type StoredPane = readonly [
  start: number,
  end: number,
  contents: unknown,
  hasContents: boolean,
  triggerState: unknown,
  eventTimers: readonly number[],
  processingTimers: readonly number[],
]

/** What a pane takes besides its contents, with its timers. */
const PANE_BYTES = 256
/** Panes of a key that are looked at; others are taken to be like them. */
const PANES_SEEN_MAX = 4

/** The panes of each key as a row. */
export class PaneRows<C> implements AllRows {
  readonly #windows: Windows<C, unknown>

  constructor(windows: Windows<C, unknown>) {
    this.#windows = windows
  }

  has(key: Key): boolean {
    return this.#windows.panesOf(key).length > 0
  }

  save(key: Key): readonly StoredPane[] {
    return this.#windows.panesOf(key).map(stored)
  }

  load(key: Key, panes: unknown): void {
    for (const pane of panes as readonly StoredPane[]) this.#windows.restore(restored<C>(key, pane))
  }

  drop(key: Key): void {
    this.#windows.drop(key)
  }

  bytesOf(key: Key): number {
    const panes = this.#windows.panesOf(key)
    const seen = Math.min(panes.length, PANES_SEEN_MAX)
    let bytes = 0
    for (let i = 0; i < seen; i++) bytes += PANE_BYTES + heapBytes(panes[i]!.contents)
    return (bytes * panes.length) / seen
  }

  dueMs(key: Key): number {
    let dueMs = Infinity
    for (const { eventTimers } of this.#windows.panesOf(key)) for (const time of eventTimers) dueMs = Math.min(dueMs, time)
    return dueMs
  }

  clockDueMs(key: Key): number {
    let dueMs = Infinity
    for (const { processingTimers } of this.#windows.panesOf(key)) for (const time of processingTimers) dueMs = Math.min(dueMs, time)
    return dueMs
  }

  forEach(fn: (key: Key) => void): void {
    this.#windows.forEachKey(fn)
  }
}

/** The panes of all keys by key group. Their contents are plain data. */
export function savePanes<C>(windows: { forEach(fn: (pane: WindowPane<C>) => void): void }, keyGroups: number): StateChunk[] {
  const table = new ValueTable<StoredPane[]>()
  windows.forEach((pane) => {
    const slot = table.slotOf(pane.key)
    if (!table.has(slot)) table.set(slot, [])
    table.get(slot)!.push(stored(pane))
  })
  return [...table.snapshot(keyGroups)].map(([id, value]) => ({ scope: 'group', id, value }))
}

/** Puts panes back; chunks of other scopes are left out. */
export function loadPanes<C>(windows: { restore(pane: WindowPane<C>): void }, chunks: readonly StateChunk[]): void {
  for (const rows of newestRowsOf(chunks))
    forEachRow(rows, (key, panes) => (panes as StoredPane[]).forEach((pane) => windows.restore(restored<C>(key, pane))))
}

function stored({ start, end, contents, triggerState, eventTimers, processingTimers }: WindowPane<unknown>): StoredPane {
  return [start, end, contents, contents !== undefined, triggerState, eventTimers, processingTimers]
}

function restored<C>(
  key: Key,
  [start, end, contents, hasContents, triggerState, eventTimers, processingTimers]: StoredPane,
): WindowPane<C> {
  const pane = new WindowPane<C>(key, start, end)
  if (hasContents) pane.contents = contents as C
  pane.triggerState = triggerState
  pane.eventTimers.push(...eventTimers)
  pane.processingTimers.push(...processingTimers)
  return pane
}
