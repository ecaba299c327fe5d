import type { ColumnBatch, OperatorActor, OperatorContext, Progress, StateChunk } from '../src/actor/contract.ts'
import { heapBytes } from '../src/actor/cached-kit.ts'
import { KeyMap, keptKey } from '../src/actor/keyed-kit.ts'
import { type Key, type Panes, firstStartOf, lastEndOf, lastMsOf, restoredWatermark, windowStart } from '../src/actor/operator-kit.ts'
import { TimeList, TimerQueue } from '../src/actor/queue-kit.ts'
import type { Piece, RowsByKey } from '../src/actor/rows-kit.ts'
import { type AccumulatorRow, RowAggregator, WindowPane } from '../src/actor/window-kit.ts'
import { WINDOWS_PER_STEP_MAX } from '../src/limits.ts'
import { KeyedRowsActor } from './keyed-rows.ts'
import type { PaneAggregateSpec } from './window-combine.ts'
import { type WindowResults, windowResults } from './window-contents.ts'

/** The panes of one key, by their start. */
class KeyPanes {
  readonly key: Key
  readonly panes = new TimeList<AccumulatorRow>()
  /** Start of the window that it fires next, of those that have one of its panes. */
  start = NaN

  constructor(key: Key) {
    this.key = key
  }
}

/**
 * What WindowPanesActor does, with a row of panes for each key, so that rows can be elsewhere than in memory. It gives the same results, its snapshots are of the
 * same form.
 */
export class KeyedWindowPanesActor extends KeyedRowsActor implements OperatorActor {
  readonly #panes: Panes
  readonly #aggregator: RowAggregator
  readonly #results: WindowResults<AccumulatorRow>
  readonly #columns: readonly string[]
  readonly #keys = new KeyMap<KeyPanes>()
  readonly #timers = new TimerQueue<KeyPanes>()
  #watermark = -Infinity

  constructor({ specs, panes }: PaneAggregateSpec, context: OperatorContext) {
    super(context)
    this.#panes = panes
    this.#aggregator = new RowAggregator(specs)
    this.#results = windowResults({ type: 'aggregate', specs }, { keyed: true, timed: true }, null) as WindowResults<AccumulatorRow>
    const { layout } = this.#aggregator
    this.#columns = layout.columns.map(({ name }) => name)
    this.keepPieces(this.#rows(), { numbers: 1, layout })
  }

  process(record: unknown): void {
    const partial = record as Record<string, unknown>
    const row = this.#columns.map((name) => partial[name])
    this.#merge(partial['key'] as Key, partial['pane'] as number, row)
  }

  processBatch(batch: ColumnBatch): boolean {
    const column = (name: string): ArrayLike<unknown> => batch.numbers(name) ?? batch.values(name)
    const [keys, panes] = [column('key'), column('pane')]
    const columns = this.#columns.map(column)
    for (let i = 0; i < batch.length; i++) {
      const row = columns.map((values) => values[i])
      this.#merge(keys[i] as Key, panes[i] as number, row)
    }
    return true
  }

  /** Windows fire in the order of their ends. */
  onWatermark(watermark: number): Progress {
    if (watermark > this.#watermark) this.#watermark = watermark
    const until = Math.min(this.#watermark, this.dueElsewhereMs)
    for (let n = 0; n < WINDOWS_PER_STEP_MAX; n++) {
      const due = this.#timers.take(until)
      if (due === undefined) return this.fetchDue(this.#watermark) ? 'more' : 'done'
      this.changed!(due.key)
      this.#fire(due)
    }
    return 'more'
  }

  snapshotInSteps(checkpointId: number): Iterable<StateChunk | null> {
    return this.saveRowsAt(this.#watermark, checkpointId)
  }

  restore(chunks: readonly StateChunk[]): Promise<void> {
    this.#watermark = restoredWatermark(chunks, this.context)
    return this.restoreRows(chunks)
  }

  /** A pane all of whose windows are over is dropped. */
  #merge(key: Key, pane: number, row: AccumulatorRow): void {
    if (lastMsOf(lastEndOf(pane, this.#panes)) <= this.#watermark) return
    this.changed!(key)
    const known = this.#keys.get(key) ?? this.#open(key)
    const first = known.panes.firstTime
    this.#put(known, pane, row)
    if (pane < first) this.#remind(known)
  }

  #open(key: Key): KeyPanes {
    const opened = new KeyPanes(keptKey(key))
    this.#keys.set(opened.key, opened)
    return opened
  }

  #put({ panes }: KeyPanes, pane: number, row: AccumulatorRow): void {
    const at = panes.lastUpTo(pane)
    if (at !== -1 && panes.timeAt(at) === pane) this.#aggregator.merge(panes.recordAt(at), row)
    else panes.add(pane, row)
  }

  #fire(due: KeyPanes): void {
    const { key, panes, start } = due
    const { sizeMs, slideMs } = this.#panes
    const end = start + sizeMs
    const window = new WindowPane<AccumulatorRow>(key, start, end)
    for (let at = panes.firstFrom(start); at < panes.size && panes.timeAt(at) < end; at++) {
      const row = panes.recordAt(at)
      if (window.contents === undefined) window.contents = this.#aggregator.copy(row)
      else this.#aggregator.merge(window.contents, row)
    }
    this.#results.emit(window, this.#watermark, this.context.emit)
    due.start = NaN
    let over = 0
    while (over < panes.size && lastEndOf(panes.timeAt(over), this.#panes) <= end) over++
    panes.drop(over)
    if (panes.size === 0) this.#keys.delete(key)
    else this.#remindOf(due, Math.max(start + slideMs, firstStartOf(panes.firstTime, this.#panes)))
  }

  /** Sets the timer for the first window of the first pane that has not fired. */
  #remind(keyed: KeyPanes): void {
    const { sizeMs, slideMs, offsetMs } = this.#panes
    const fired = this.#watermark
    const notFired = fired === -Infinity ? -Infinity : windowStart(fired + 1 - sizeMs, slideMs, offsetMs) + slideMs
    this.#remindOf(keyed, Math.max(firstStartOf(keyed.panes.firstTime, this.#panes), notFired))
  }

  #remindOf(keyed: KeyPanes, start: number): void {
    if (start === keyed.start) return
    this.#forgetTimer(keyed)
    keyed.start = start
    this.#timers.add(lastMsOf(start + this.#panes.sizeMs), keyed)
  }

  #forgetTimer(keyed: KeyPanes): void {
    if (!Number.isNaN(keyed.start)) this.#timers.delete(lastMsOf(keyed.start + this.#panes.sizeMs), keyed)
  }

  #rows(): RowsByKey {
    const keys = this.#keys
    const piecesOf = ({ panes }: KeyPanes): Piece[] => {
      const rows = panes.records()
      return panes.times().map((pane, i) => [pane, ...rows[i]!])
    }
    return {
      has: (key) => keys.get(key) !== undefined,
      save: (key) => piecesOf(keys.get(key)!),
      load: (key, pieces, dueMs) => {
        const opened = this.#open(key)
        for (const [pane, ...row] of pieces as readonly Piece[]) this.#put(opened, pane as number, row)
        if (Number.isNaN(dueMs)) this.#remind(opened)
        else this.#remindOf(opened, dueMs + 1 - this.#panes.sizeMs)
      },
      drop: (key) => {
        this.#forgetTimer(keys.get(key)!)
        keys.delete(key)
      },
      bytesOf: (key) => heapBytes(piecesOf(keys.get(key)!)),
      dueMs: (key) => lastMsOf(keys.get(key)!.start + this.#panes.sizeMs),
      clockDueMs: () => Infinity,
    }
  }
}
