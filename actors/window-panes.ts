import type { ColumnBatch, OperatorActor, OperatorContext, OperatorDefinition, Progress, StateChunk } from '../src/actor/contract.ts'
import type { Key, Panes } from '../src/actor/operator-kit.ts'
import { AccumulatorTable, type KeyColumn, PartialRows, restorePartials, snapshotPartials } from '../src/actor/table-kit.ts'
import { firstStartOf, lastEndOf, lastMsOf, restoredWatermark, windowStart } from '../src/actor/operator-kit.ts'
import { WINDOWS_PER_STEP_MAX } from '../src/limits.ts'
import { keySelector } from './key-selector.ts'
import { KeyedWindowPanesActor } from './keyed-window-panes.ts'
import type { PaneAggregateSpec } from './window-combine.ts'
import { newestRowsOf } from './stored-rows.ts'
import { type WindowRowEmitter, windowRowEmitter } from './window-rows.ts'

/** A window whose rows go out, and the next of them. */
interface Firing {
  readonly start: number
  slot: number
}

/**
 * The receiving side of an aggregate over windows: partial accumulators by pane of time and key, merged into the rows of a window when the watermark has come to
 * its end. Windows fire once, in the order of their ends.
 */
class WindowPanesActor implements OperatorActor {
  readonly #context: OperatorContext
  readonly #panes: Panes
  /** By start. */
  readonly #partials = new Map<number, PartialRows>()
  /** The rows of the window that fires; empty otherwise. */
  readonly #rows: AccumulatorTable<unknown>
  readonly #emitRows: WindowRowEmitter
  #watermark = -Infinity
  /** All windows whose last millisecond is not later have fired. */
  #firedTo = -Infinity
  #firing: Firing | null = null

  constructor(spec: PaneAggregateSpec, context: OperatorContext) {
    this.#context = context
    this.#panes = spec.panes
    this.#rows = new AccumulatorTable<unknown>({
      name: `${context.jobName}/${context.operator}`,
      specs: spec.specs,
      key: keySelector(spec.key),
      mode: context.generateCode ? 'generated' : 'interpreted',
    })
    this.#emitRows = windowRowEmitter(this.#rows, spec.key !== null, context)
  }

  process(record: unknown): void {
    const partial = record as Record<string, unknown>
    const columns = this.#rows.layout.columns.map(({ name }) => [partial[name]])
    this.#append(partial['pane'] as number, [partial['key'] as Key], columns, 0, 1)
  }

  /** Rows of one pane stand together. */
  processBatch(batch: ColumnBatch): boolean {
    const panes = batch.values('pane')
    const keys = (batch.numbers('key') ?? batch.values('key')) as KeyColumn
    const columns = this.#rows.layout.columns.map(({ name }) => batch.numbers(name) ?? batch.values(name))
    for (let from = 0, to = 0; from < batch.length; from = to) {
      const pane = panes[from] as number
      while (to < batch.length && panes[to] === pane) to++
      this.#append(pane, keys, columns, from, to)
    }
    return true
  }

  onWatermark(watermark: number): Progress {
    if (watermark > this.#watermark) this.#watermark = watermark
    for (let rows = 0; rows < WINDOWS_PER_STEP_MAX;) {
      this.#firing ??= this.#nextWindow()
      if (this.#firing === null) return 'done'
      rows += this.#emitSome(this.#firing, WINDOWS_PER_STEP_MAX - rows)
    }
    return 'more'
  }

  snapshot(): StateChunk[] {
    const { keyGroups, index } = this.#context
    const groups = snapshotPartials(this.#partials, this.#rows.layout, keyGroups)
    return [
      ...[...groups].map(([id, value]) => ({ scope: 'group' as const, id, value })),
      { scope: 'all', id: index, value: this.#watermark },
    ]
  }

  restore(chunks: readonly StateChunk[]): void {
    this.#watermark = this.#firedTo = restoredWatermark(chunks, this.#context)
    for (const rows of newestRowsOf(chunks))
      restorePartials(rows, this.#rows.layout, (pane, keys, columns, from, to) => this.#append(pane, keys, columns, from, to))
  }

  /** Rows of a pane all of whose windows are over are dropped. */
  #append(pane: number, keys: KeyColumn, columns: readonly ArrayLike<unknown>[], from: number, to: number): void {
    let partials = this.#partials.get(pane)
    if (partials === undefined) {
      if (lastMsOf(lastEndOf(pane, this.#panes)) <= this.#watermark) return
      this.#partials.set(pane, (partials = new PartialRows()))
    }
    partials.append(keys, columns, from, to, this.#rows)
  }

  /** The window that ends first, of those that the watermark has come to the end of and that have not fired; null for none. */
  #nextWindow(): Firing | null {
    const { sizeMs, slideMs, offsetMs } = this.#panes
    let first = Infinity
    for (const pane of this.#partials.keys()) first = Math.min(first, pane)
    if (first < Infinity) {
      const notFired = this.#firedTo === -Infinity ? -Infinity : windowStart(this.#firedTo + 1 - sizeMs, slideMs, offsetMs) + slideMs
      const start = Math.max(firstStartOf(first, this.#panes), notFired)
      if (lastMsOf(start + sizeMs) <= this.#watermark) return this.#gather(start)
    }
    this.#firedTo = this.#watermark
    return null
  }

  /** Merges the rows of the panes of a window. */
  #gather(start: number): Firing {
    const { paneMs, sizeMs } = this.#panes
    const parts: PartialRows[] = []
    for (let pane = start; pane < start + sizeMs; pane += paneMs) {
      const partials = this.#partials.get(pane)
      if (partials !== undefined) parts.push(partials)
    }
    // Windows that follow want them, too.
    if (paneMs < sizeMs) for (const partials of parts) partials.compact(this.#rows)
    for (const partials of parts) partials.mergeInto(this.#rows)
    return { start, slot: 0 }
  }

  /** Emits up to `most` rows of a window, and forgets what no later one needs when it was all. Returns how many. */
  #emitSome(firing: Firing, most: number): number {
    const { start, slot: from } = firing
    const { size } = this.#rows.keys
    firing.slot = Math.min(size, from + most)
    this.#emitRows(from, firing.slot, start, start + this.#panes.sizeMs)
    if (firing.slot === size) this.#fired(start + this.#panes.sizeMs)
    return firing.slot - from
  }

  #fired(end: number): void {
    this.#firing = null
    this.#firedTo = lastMsOf(end)
    this.#rows.clear()
    for (const pane of this.#partials.keys()) if (lastEndOf(pane, this.#panes) <= end) this.#partials.delete(pane)
  }
}

export const windowPanes: OperatorDefinition = {
  kind: 'windowPanes',
  repeats: 'asSets',
  create: (spec, context) => {
    const Actor = context.backend.type === 'lmdb' ? KeyedWindowPanesActor : WindowPanesActor
    return new Actor(spec as unknown as PaneAggregateSpec, context)
  },
}
