import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LaunchOptions } from '../../src/index.ts'
import type { What, Where } from './orders.ts'
import type { FromVictim, ToVictim } from './victim-process.ts'

const program = fileURLToPath(new URL('./victim-process.js', import.meta.url))
/** A process that says nothing for so long hangs; a busy machine is only slow. */
const SILENCE_MS_MAX = 240_000

export interface VictimOptions {
  readonly dir: string
  readonly stateDir: string
  readonly workers?: number
  readonly rowsPerSecond?: number
  readonly checkpointIntervalMs?: number
  readonly backend?: NonNullable<LaunchOptions['backend']>
  /** The wall clock of the process is set an hour back or forwards, so often. */
  readonly clockJumpsEveryMs?: number
  /** Run by bash in the process before Node.js, as for limits. */
  readonly shell?: string
}

export interface VictimEnd {
  readonly outcome: 'finished' | 'stopped' | 'failed' | 'killed'
  readonly clockJumps?: number
  readonly error?: string
}

/** A process that runs the job of the faults. */
export class Victim {
  readonly ended: Promise<VictimEnd>
  /** Complete checkpoints, restarts, and checkpoints that failed. */
  readonly counts = { checkpoint: 0, restart: 0, 'checkpoint-failed': 0 } as Record<string, number>
  readonly #child: ChildProcess
  readonly #started: Promise<void>
  #listeners: (() => void)[] = []
  #end: VictimEnd | null = null
  #carriedOut = 0

  constructor({ workers = 2, rowsPerSecond = 20_000, checkpointIntervalMs = 30, shell, ...options }: VictimOptions) {
    const settings = {
      ...options,
      workers,
      rowsPerSecond,
      checkpointIntervalMs,
      restart: { maxRestarts: 1e6, backoff: { minMs: 0, maxMs: 20 } },
      resourceLimits: { maxOldGenerationSizeMb: 80, maxYoungGenerationSizeMb: 16 },
    }
    const execPath =
      shell === undefined ? {} : { execPath: '/bin/bash', execArgv: ['-c', `${shell}; exec "${process.execPath}" "$@"`, 'bash'] }
    this.#child = fork(program, [JSON.stringify(settings)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], ...execPath })
    let onStarted = (): void => {}
    this.#started = new Promise((resolve) => (onStarted = resolve))
    this.#child.on('message', (message: FromVictim) => {
      if (message.type === 'started') onStarted()
      else if (message.type === 'ended') this.#end = { ...message, outcome: message.outcome as VictimEnd['outcome'] }
      else {
        this.counts[message.notice] = (this.counts[message.notice] ?? 0) + 1
        this.#carriedOut = message.carriedOut
      }
      this.#stir()
    })
    this.ended = new Promise((resolve) => {
      this.#child.on('close', () => {
        this.#end ??= { outcome: 'killed' }
        onStarted()
        this.#stir()
        resolve(this.#end)
      })
    })
  }

  get hasEnded(): boolean {
    return this.#end !== null
  }

  started(): Promise<void> {
    return this.#started
  }

  /** Until so many more checkpoints are complete, or the process has ended. */
  async checkpoints(more: number): Promise<void> {
    const wanted = this.counts['checkpoint']! + more
    await this.until(() => this.counts['checkpoint']! >= wanted)
  }

  /** Something happens in a thread, and the job goes on: so many ms until the first checkpoint after it. */
  async fault(what: What, where: Where, calls: number): Promise<number> {
    const { restart } = this.counts
    const done = this.#carriedOut
    this.#send({ type: 'order', what, where, calls })
    await this.until(() => (what === 'stall' ? this.#carriedOut > done : this.counts['restart']! > restart!))
    const startedMs = performance.now()
    await this.checkpoints(1)
    return performance.now() - startedMs
  }

  order(what: What, where: Where, calls: number): void {
    this.#send({ type: 'order', what, where, calls })
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  async stop(drain: boolean): Promise<VictimEnd> {
    this.#send({ type: 'stop', drain })
    return this.ended
  }

  /** @throws when nothing happens for a long time */
  async until(holds: () => boolean): Promise<void> {
    while (!holds() && this.#end === null) {
      let timer: NodeJS.Timeout | undefined
      const silent = await new Promise<boolean>((resolve) => {
        this.#listeners.push(() => resolve(false))
        timer = setTimeout(() => resolve(true), SILENCE_MS_MAX)
      })
      clearTimeout(timer)
      if (silent) throw new Error(`The process has said nothing for ${SILENCE_MS_MAX} ms; so far ${JSON.stringify(this.counts)}`)
    }
  }

  #send(message: ToVictim): void {
    if (this.#child.connected) this.#child.send(message, () => {})
  }

  #stir(): void {
    const listeners = this.#listeners
    this.#listeners = []
    for (const listener of listeners) listener()
  }
}
