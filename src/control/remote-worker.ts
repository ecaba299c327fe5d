import type { Remote } from 'comlink'
import type { CheckpointEnd } from '../actor/actor-parts.ts'
import type { Manifest } from '../checkpoint/manifest.ts'
import type { Key } from '../core/key-hash.ts'
import { reviveError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'
import { CONTROL_CALL_TIMEOUT_MS } from '../limits.ts'
import type { Doorbell } from '../ring/index.ts'
import type { Deployment } from '../worker/deployment.ts'
import type { Answer, WorkerApi } from '../worker/protocol.ts'
import type { StateAnswer, StatePlace } from '../worker/state-place.ts'
import type { WorkerStats } from '../worker/worker-stats.ts'
import type { WorkerGate } from './master-host.ts'

/**
 * Calls to one worker thread. Each is raced against the thread's end and a deadline, since a call that is under way when its thread dies would
 * stay open for ever; and each rings the worker's bell, since a thread that sleeps on its doorbell gets no message.
 */
export class RemoteWorker implements WorkerGate {
  readonly index: number
  readonly #api: Remote<WorkerApi>
  readonly #bell: Doorbell
  /** Calls under way, to be told of the thread's end. Not each of them waits for `ended` itself: what a promise keeps, it keeps until it settles. */
  readonly #pending = new Set<(reason: unknown) => void>()
  #endedBy: { readonly reason: unknown } | null = null
  readonly #isDebugged: () => boolean
  readonly #kill: (reason: MillraceError) => void

  /** @param kill ends the thread: one that does not answer holds up every attempt after this */
  constructor(
    index: number,
    api: Remote<WorkerApi>,
    bell: Doorbell,
    ended: Promise<never>,
    isDebugged: () => boolean,
    kill: (reason: MillraceError) => void,
  ) {
    this.index = index
    this.#api = api
    this.#bell = bell
    this.#isDebugged = isDebugged
    this.#kill = kill
    ended.catch((reason: unknown) => {
      this.#endedBy = { reason }
      for (const reject of this.#pending) reject(reason)
    })
  }

  prepare(): Promise<string[]> {
    return this.#call('prepare', this.#api.prepare())
  }

  deploy(deployment: Deployment, restore: Manifest | null): Promise<void> {
    return this.#call('deploy', this.#api.deploy(deployment, restore))
  }

  start(): Promise<void> {
    return this.#call('start', this.#api.start())
  }

  restartActor(actor: number, restore: Manifest | null): Promise<void> {
    return this.#call('restartActor', this.#api.restartActor(actor, restore))
  }

  stop(): Promise<void> {
    return this.#call('stop', this.#api.stop())
  }

  triggerCheckpoint(checkpoint: number, last: boolean): Promise<boolean> {
    return this.#call('triggerCheckpoint', this.#api.triggerCheckpoint(checkpoint, last))
  }

  /** Without a deadline: sinks may take their time to commit. */
  checkpointEnded(checkpoint: number, end: CheckpointEnd): Promise<void> {
    return this.#call('checkpointEnded', this.#api.checkpointEnded(checkpoint, end), Infinity)
  }

  drainSources(): Promise<void> {
    return this.#call('drainSources', this.#api.drainSources())
  }

  query(place: StatePlace, key: Key): Promise<StateAnswer> {
    return this.#call('query', this.#api.query(place, key))
  }

  queryCheckpoint(manifest: Manifest, place: StatePlace, key: Key): Promise<StateAnswer> {
    return this.#call('queryCheckpoint', this.#api.queryCheckpoint(manifest, place, key))
  }

  signal(name: string, value: number): Promise<void> {
    return this.#call('signal', this.#api.signal(name, value))
  }

  stats(): Promise<WorkerStats> {
    return this.#call('stats', this.#api.stats())
  }

  /** The watchdog's question: a worker that does not return from a function cannot answer it. */
  ping(): Promise<void> {
    return this.#call('ping', this.#api.ping())
  }

  startProfile(): Promise<void> {
    return this.#call('startProfile', this.#api.startProfile())
  }

  stopProfile(path: string): Promise<void> {
    return this.#call('stopProfile', this.#api.stopProfile(path))
  }

  shutdown(): Promise<void> {
    return this.#call('shutdown', this.#api.shutdown())
  }

  async #call<T>(name: string, pending: Promise<Answer<T>>, timeoutMs = CONTROL_CALL_TIMEOUT_MS): Promise<T> {
    this.#bell.ring()
    if (this.#endedBy !== null) {
      pending.catch(() => {})
      throw this.#endedBy.reason
    }
    let fail: (reason: unknown) => void = () => {}
    const failed = new Promise<never>((_, reject) => (fail = reject))
    const late = (): void => {
      if (this.#isDebugged()) return void (timer = setTimeout(late, CONTROL_CALL_TIMEOUT_MS))
      const text = `Worker ${this.index} did not answer ${name}() within ${CONTROL_CALL_TIMEOUT_MS} ms: a function that it runs does not return`
      const error = new MillraceError('MR_CALL_TIMEOUT', text)
      fail(error)
      this.#kill(error)
    }
    let timer = timeoutMs === Infinity ? undefined : setTimeout(late, timeoutMs)
    this.#pending.add(fail)
    try {
      const result = await Promise.race([pending, failed])
      if ('failure' in result) throw reviveError(result.failure)
      return result.value
    } finally {
      clearTimeout(timer)
      this.#pending.delete(fail)
    }
  }
}
