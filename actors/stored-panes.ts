import type { StateChunk } from '../src/actor/contract.ts'
import type { Key } from '../src/actor/operator-kit.ts'
import { ValueTable } from '../src/actor/keyed-kit.ts'
import type { AllRows } from '../src/actor/rows-kit.ts'
import { WindowPane, type Windows } from '../src/actor/window-kit.ts'
import { heapBytes } from '../src/actor/cached-kit.ts'

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
    return heapBytes(this.#windows.panesOf(key))
  }

  dueMs(key: Key): number {
    return Math.min(...this.#windows.panesOf(key).flatMap(({ eventTimers }) => eventTimers))
  }

  clockDueMs(key: Key): number {
    return Math.min(...this.#windows.panesOf(key).flatMap(({ processingTimers }) => processingTimers))
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
  const table = new ValueTable<StoredPane[]>()
  for (const { scope, value } of chunks) if (scope === 'group') table.restore(value as Uint8Array)
  table.forEach((key, panes) => panes.forEach((pane) => windows.restore(restored<C>(key, pane))))
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
