import type { CoordinatorEffect } from '../checkpoint/coordinator.ts'
import type { Manifest } from '../checkpoint/manifest.ts'
import type { CheckpointMeasures, CheckpointPhases, CheckpointSize, CheckpointStats } from '../core/checkpoint-measures.ts'
import { byteLengthOf } from '../checkpoint/retention.ts'
import type { Clock } from '../core/clock.ts'
import type { StorageToControl } from '../storage/protocol.ts'

interface Flight {
  readonly id: number
  readonly beganMs: number
  /** By the wall clock, which all threads have in common. */
  readonly beganAtMs: number
  alignmentMs: number
  /** Of the last snapshot that was stored. */
  phases: CheckpointPhases
  size: CheckpointSize
}

const NO_PHASES: CheckpointPhases = { barriersMs: 0, encodeMs: 0, storeMs: 0, commitMs: 0 }

/** Measures the checkpoints of a run: a few numbers for each actor's snapshot, none per record. */
export class CheckpointMetrics {
  readonly #clock: Clock
  #flight: Flight | null = null
  #latest: { readonly measures: CheckpointMeasures; readonly beganMs: number } | null = null
  #completed = 0
  #failed = 0
  #skipped = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** What the coordinator wants done is being done. */
  carriedOut(effect: CoordinatorEffect): void {
    switch (effect.type) {
      case 'inject-barrier':
        this.#begin(effect.checkpoint)
        return
      case 'commit':
        return this.#ordered(effect.checkpoint)
      case 'abort':
        if (effect.reason === 'draining') this.#skipped++
        else if (effect.reason !== 'stopped') this.#failed++
        return this.#end(effect.checkpoint)
      default:
        return
    }
  }

  /** A message of the storage thread. */
  stored(message: StorageToControl): void {
    const flight = this.#flight
    if (message.type === 'committed' && message.manifest.id === flight?.id) {
      flight.size = { bytes: byteLengthOf(message.manifest), newBytes: message.bytes }
    }
    if (message.type !== 'stored' || message.checkpoint !== flight?.id) return
    const { alignmentMs, encodeMs, takenAtMs } = message.timing ?? { alignmentMs: 0, encodeMs: 0, takenAtMs: 0 }
    const elapsedMs = this.#clock.monotonicMs() - flight.beganMs
    // Somebody may have set the wall clock meanwhile: no phase is longer than the whole, none is negative.
    const takenMs = Math.min(elapsedMs, Math.max(encodeMs, takenAtMs - flight.beganAtMs))
    const barriersMs = Math.max(0, takenMs - encodeMs)
    flight.alignmentMs = Math.max(flight.alignmentMs, alignmentMs)
    flight.phases = { ...NO_PHASES, barriersMs, encodeMs: takenMs - barriersMs, storeMs: elapsedMs - takenMs }
  }

  /** The checkpoint is on disk. */
  completed(id: number, tookMs: number): CheckpointMeasures {
    const flight = this.#flight?.id === id ? this.#flight : this.#begin(id)
    const { alignmentMs, phases, size, beganMs } = flight
    const commitMs = Math.max(0, tookMs - phases.barriersMs - phases.encodeMs - phases.storeMs)
    const measures: CheckpointMeasures = { id, ...size, tookMs, alignmentMs, phases: { ...phases, commitMs } }
    this.#completed++
    this.#latest = { measures, beganMs }
    this.#end(id)
    return measures
  }

  /** A periodic checkpoint was left out. */
  skip(): void {
    this.#skipped++
  }

  /** @param restored what the run began with, or its newest checkpoint */
  stats(restored: Manifest | null): CheckpointStats {
    return {
      completed: this.#completed,
      failed: this.#failed,
      skipped: this.#skipped,
      ageMs: this.#ageMs(restored),
      latest: this.#latest?.measures ?? null,
    }
  }

  #ageMs(restored: Manifest | null): number | null {
    if (this.#latest !== null) return this.#clock.monotonicMs() - this.#latest.beganMs
    return restored === null ? null : Math.max(0, this.#clock.nowMs() - restored.createdMs)
  }

  #begin(id: number): Flight {
    const [beganMs, beganAtMs] = [this.#clock.monotonicMs(), this.#clock.nowMs()]
    const size = { bytes: 0, newBytes: 0 }
    return (this.#flight = { id, beganMs, beganAtMs, alignmentMs: 0, phases: NO_PHASES, size })
  }

  /** All are in. Whoever ended instead of taking a snapshot may have been waited for. */
  #ordered(id: number): void {
    const flight = this.#flight?.id === id ? this.#flight : this.#begin(id)
    const { barriersMs, encodeMs } = flight.phases
    const storeMs = Math.max(0, this.#clock.monotonicMs() - flight.beganMs - barriersMs - encodeMs)
    flight.phases = { ...flight.phases, storeMs }
  }

  #end(id: number): void {
    if (this.#flight?.id === id) this.#flight = null
  }
}
