import type { CheckpointCoordinator } from '../checkpoint/coordinator.ts'
import type { Manifest } from '../checkpoint/manifest.ts'
import type { FailureData } from '../core/failure.ts'
import type { ControlToStorage, StorageToControl } from '../storage/protocol.ts'
import type { Deployment } from '../worker/deployment.ts'
import { type Beginning, coordinatorOf, deployedWith, fitSavepoint, planBeginning } from './beginning.ts'
import type { Lineage } from './commit-order.ts'
import { fallBack } from './fall-back.ts'
import type { JobSettings } from './master-host.ts'

/** What the storage thread has of a run, as the master knows it: how the run begins, and its newest complete checkpoint. */
export class StoredRun {
  /** Newest complete checkpoint. */
  latest: Manifest | null = null
  readonly #settings: JobSettings
  #beginning: Beginning | null = null
  #onSettled: (() => void)[] = []

  constructor(settings: JobSettings) {
    this.#settings = settings
  }

  /** The storage thread opened its directory. Throws as {@link planBeginning} does. */
  opened(opened: StorageToControl & { type: 'opened' }, nowMs: number): CheckpointCoordinator {
    this.#beginning = planBeginning(opened, this.#settings, nowMs)
    this.latest = this.#beginning.restore
    return coordinatorOf(this.#settings, this.#beginning.firstId)
  }

  /** What is to be done, one thing after the other, before the first attempt. */
  nextOrder(): ControlToStorage | undefined {
    return this.#beginning!.orders.shift()
  }

  imported(savepoint: Manifest): void {
    this.latest = fitSavepoint(savepoint, this.#settings.identity, this.#settings.allowRemovedState)
  }

  get lineage(): Lineage {
    return this.#beginning!.lineage
  }

  get deployedWith(): Pick<Deployment, 'lineage' | 'firstCheckpoint'> {
    return deployedWith(this.#beginning!)
  }

  /** An attempt has begun with the state of the latest: from now on there is no way back to an older one. */
  restored(): void {
    this.#beginning!.older.length = 0
  }

  /** Makes an older checkpoint the latest, if the newest one is what an attempt failed by; else says what failed. */
  fallBack(error: unknown, attempt: number): FailureData | null {
    const next = fallBack(error, attempt, this.#beginning!.older, this.#settings)
    if ('kind' in next) return next
    this.latest = next
    return null
  }

  /** The outcome of a commit is known. */
  settled(): void {
    for (const settled of this.#onSettled.splice(0)) settled()
  }

  /** Only the outcome of a commit in flight tells which checkpoint comes next: resolves with it, or at once where there is none. */
  async untilSettled(coordinator: CheckpointCoordinator | null): Promise<void> {
    if (coordinator?.settled === false) await new Promise<void>((resolve) => void this.#onSettled.push(resolve))
  }
}
