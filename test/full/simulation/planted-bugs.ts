/** One piece of the text of a compiled file, and what stands there instead. */
export interface Patch {
  /** Below dist/. */
  readonly file: string
  readonly text: string
  readonly instead: string
}

/** A bug for a copy of the compiled project. */
export interface PlantedBug extends Patch {
  readonly name: string
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'a barrier is skipped: the last channel is not waited for',
    file: 'src/actor/alignment.js',
    text: 'this.#missing > 0',
    instead: 'this.#missing > 1',
  },
  {
    name: 'a channel that has brought its barrier is read on',
    file: 'src/actor/standing.js',
    text: 'mailbox.hold(channel);',
    instead: ';',
  },
  {
    name: 'credit is granted twice',
    file: 'src/worker/inbound.js',
    text: 'this.#unconsumed--;\n        this.#grant(costBytes);',
    instead: 'this.#unconsumed--;\n        this.#grant(costBytes);\n        this.#grant(costBytes);',
  },
  {
    name: 'operators are not flushed before a barrier',
    file: 'src/actor/actor.js',
    text: 'snapshotDue = checkpointId;\n        this.flush(true);',
    instead: 'snapshotDue = checkpointId;',
  },
  {
    name: 'a watermark overtakes records that wait for company',
    file: 'src/channel/outbox.js',
    text: 'flushBatches() {\n',
    instead:
      'flushBatches() {\n        if (!Number.isNaN(this.#watermark)) { this.#sendControl(FrameKind.watermark, this.#watermark); this.#watermark = NaN; }\n',
  },
  {
    name: 'the watermark is forgotten in a snapshot',
    file: 'src/actor/actor-time.js',
    text: 'const { splits, index } = this.#parts;',
    instead: 'return [];',
  },
  {
    name: 'an actor without a watermark takes over that of one that has ended',
    file: 'src/actor/actor-time.js',
    text: 'const { splits, index } = this.#parts;',
    instead: 'const { splits, index } = this.#parts;\n        if (splits === null && this.#watermark === -Infinity) return [];',
  },
  {
    name: 'frames of an older attempt are accepted',
    file: 'src/worker/wire-worker.js',
    text: 'header.attempt !== attempt',
    instead: 'false',
  },
  {
    name: 'a commit is acknowledged before it is synced',
    file: 'src/host/simulation-host/simulated-storage.js',
    text: 'this.#later(`storage syncs ${what({ head, actors })}`, () => {',
    instead:
      "this.#tell({ type: 'committed', attempt, manifest, bytes, tookMs: 0 });\n            this.#later(`storage syncs ${what({ head, actors })}`, () => {",
  },
  {
    name: 'a checkpoint is committed without one of its actors',
    file: 'src/checkpoint/coordinator.js',
    text: 'flight.missing === 0',
    instead: 'flight.missing <= 1',
  },
  {
    name: 'timers are forgotten in a snapshot',
    file: 'src/time/timer-chunks.js',
    text: 'this.#next[position] = this.#first[slot];',
    instead: ';',
  },
  {
    name: 'a source resumes one record too late',
    file: 'actors/generator-rows.js',
    text: 'indexOf(split)] = row;',
    instead: 'indexOf(split)] = row + 1;',
  },
  {
    name: 'a source resumes one record too early',
    file: 'actors/generator-rows.js',
    text: 'indexOf(split)] = row;',
    instead: 'indexOf(split)] = Math.max(0, row - 1);',
  },
  {
    name: 'a slot that is written after the barrier is encoded with its new value',
    file: 'src/state/table-image.js',
    text: 'if (slot >= this.#size || this.#states[slot] !== AS_IT_IS)',
    instead: 'if (this.#size >= 0)',
  },
  {
    name: 'a row on disk that was written before a checkpoint that failed is in no later one',
    file: 'src/state/working/working-changes.js',
    text: 'stamp > barrier.after',
    instead: 'stamp === barrier.stamp',
  },
  {
    name: 'a pane that waits for late records is dropped',
    file: 'src/time/windows.js',
    text: 'this.#byEventTime ? this.#options.allowedLatenessMs : 0',
    instead: '0',
  },
  {
    name: 'the log of an inlet is released too early',
    file: 'src/app/inlet-log.js',
    text: 'done < this.#cursor && this.#batches[done].from + this.#batches[done].count <= position',
    instead: 'done < this.#cursor',
  },
  {
    name: 'the state of actors that have ended is not committed',
    file: 'src/storage/chunk-buffer.js',
    text: '(finished ? finals : snapshots)',
    instead: 'snapshots',
  },
  {
    name: 'calls under way are not part of the snapshot',
    file: 'actors/map-async.js',
    text: 'value: { calls, watermark',
    instead: 'value: { calls: [], watermark',
  },
  {
    name: 'splits are restored onto another instance than the one that reads them',
    file: 'src/worker/ownership.js',
    text: 'id % task.parallelism',
    instead: '(id + 1) % task.parallelism',
  },
  { name: 'nobody rings the bell of a receiver', file: 'src/channel/peer-ring.js', text: 'this.#bell.ring();', instead: ';' },
  {
    name: 'checkpoints after a rescale wait for the instances of before',
    file: 'src/control/layouts.js',
    text: 'planActorNames(this.#plan)',
    instead: 'planActorNames(this.#launched)',
  },
  {
    name: 'a worker plans the next attempt as it was launched',
    file: 'src/worker/worker-service.js',
    text: 'deployment.layout.version !== this.#layout',
    instead: 'deployment.layout.version !== this.#layout && this.#index !== 1',
  },
]
