import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Prng } from '../../src/core/prng.ts'
import { type Ledger, audit, lookAt } from './ledger.ts'
import type { What, Where } from './orders.ts'
import { Victim, type VictimOptions } from './victim.ts'

/** What a campaign finds out; the page docs/faults.md is made of it. */
export interface CampaignData {
  readonly seed: string
  readonly commit: string
  readonly node: string
  readonly cpus: number
  readonly beganAt: string
  minutes: number
  rounds: number
  launches: number
  restarts: number
  checkpoints: number
  checkpointsFailed: number
  readonly faults: Record<string, number>
  /** ms from a fault to the first complete checkpoint after it. */
  readonly recoveryMs: Record<string, number[]>
  readonly ledger: { -readonly [K in keyof Ledger]: number }
  readonly failures: string[]
}

type Fault = 'throw' | 'exit' | 'heap' | 'loop' | 'stall' | 'kill' | 'kill at a step' | 'stop and resume' | 'full disk'

/** How often each is drawn. */
const WEIGHTS: readonly (readonly [Fault, number])[] = [
  ['throw', 30],
  ['exit', 15],
  ['heap', 2],
  ['loop', 0.3],
  ['stall', 3],
  ['kill', 8],
  ['kill at a step', 8],
  ['stop and resume', 4],
  ['full disk', 2],
]

const PLACES: readonly Where[] = ['process', 'snapshot', 'storing', 'complete', 'committed']
const FAULTS_PER_ROUND = 25

export function newCampaign(seed: string): CampaignData {
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
  return {
    seed,
    commit,
    node: process.version,
    cpus: availableParallelism(),
    beganAt: new Date().toISOString(),
    minutes: 0,
    rounds: 0,
    launches: 0,
    restarts: 0,
    checkpoints: 0,
    checkpointsFailed: 0,
    faults: {},
    recoveryMs: {},
    ledger: { committed: 0, lost: 0, repeated: 0, wrong: 0 },
    failures: [],
  }
}

/** One job from its first launch to its drained end, with faults of all kinds in between. */
export class CampaignRound {
  readonly #data: CampaignData
  readonly #chance: Prng
  readonly #dir = mkdtempSync(join(tmpdir(), 'millrace-campaign-'))
  #victim: Victim | null = null

  constructor(data: CampaignData) {
    this.#data = data
    this.#chance = new Prng(`${data.seed}/${data.rounds}`)
  }

  /** @param isOver no more faults: the job is drained and counted */
  async run(isOver: () => boolean): Promise<void> {
    try {
      for (let left = FAULTS_PER_ROUND; left > 0 && !isOver(); left--) await this.#suffer(this.#drawFault())
      const victim = await this.#alive()
      await victim.checkpoints(1)
      await this.#end(victim.stop(true), 'finished')
      this.#enter(audit(this.#dir))
      rmSync(this.#dir, { recursive: true })
    } catch (error) {
      this.#data.failures.push(`round ${this.#data.rounds}, in ${this.#dir}: ${String((error as Error).message)}`)
      this.#victim?.kill()
    }
    this.#data.rounds++
  }

  #drawFault(): Fault {
    let left = this.#chance.nextFloat() * WEIGHTS.reduce((sum, [, weight]) => sum + weight, 0)
    return (WEIGHTS.find(([, weight]) => (left -= weight) < 0) ?? WEIGHTS[0]!)[0]
  }

  async #suffer(fault: Fault): Promise<void> {
    this.#data.faults[fault] = (this.#data.faults[fault] ?? 0) + 1
    const place = PLACES[this.#chance.nextInt(PLACES.length)]!
    const calls = 1 + this.#chance.nextInt(100)
    if (fault === 'full disk') return this.#fillDisk()
    const victim = await this.#alive()
    if (fault === 'kill') {
      await sleep(this.#chance.nextInt(500))
      victim.kill()
      await this.#end(victim.ended, 'killed')
    } else if (fault === 'kill at a step') {
      victim.order('kill', place, 1 + this.#chance.nextInt(5))
      await this.#end(victim.ended, 'killed')
    } else if (fault === 'stop and resume') await this.#end(victim.stop(false), 'stopped')
    else (this.#data.recoveryMs[fault] ??= []).push(Math.round(await this.#inThread(victim, fault, place, calls)))
  }

  async #inThread(victim: Victim, fault: What, place: Where, calls: number): Promise<number> {
    const ms = await victim.fault(fault, fault === 'stall' || fault === 'loop' ? 'process' : place, calls)
    if (victim.hasEnded)
      throw new Error(
        `The run ended when it should have gone on after a fault: ${fault} at ${place}: ${JSON.stringify(await victim.ended)}`,
      )
    return ms
  }

  /** A launch that cannot make its files larger than so much. */
  async #fillDisk(): Promise<void> {
    if (this.#victim !== null) await this.#end(this.#victim.stop(false), 'stopped')
    const victim = this.#launch({ shell: `ulimit -f ${24 + this.#chance.nextInt(400)}` })
    await victim.started()
    await victim.until(() => victim.counts['checkpoint-failed']! > 1 || victim.counts['checkpoint']! > 5)
    victim.kill()
    await this.#end(victim.ended)
  }

  /** The process that runs, or a new one, with a complete checkpoint. */
  async #alive(): Promise<Victim> {
    if (this.#victim !== null) return this.#victim
    const victim = this.#launch({})
    await victim.started()
    await victim.checkpoints(1)
    if (victim.hasEnded) throw new Error(`The job does not go on: ${JSON.stringify(await victim.ended)}`)
    return victim
  }

  #launch(options: Partial<VictimOptions>): Victim {
    this.#data.launches++
    return (this.#victim = new Victim({
      dir: this.#dir,
      stateDir: join(this.#dir, 'state'),
      workers: 1 + this.#chance.nextInt(4),
      rowsPerSecond: [500, 2_000, 5_000][this.#chance.nextInt(3)]!,
      checkpointIntervalMs: [10, 50, 200][this.#chance.nextInt(3)]!,
      // Less than its keys need.
      backend: this.#chance.nextInt(2) === 0 ? 'memory' : { type: 'lmdb', cacheBytes: 2_048 },
      ...options,
    }))
  }

  async #end(ended: Victim['ended'], wanted?: string): Promise<void> {
    const { counts } = this.#victim!
    const end = await ended
    this.#victim = null
    this.#data.restarts += counts['restart']!
    this.#data.checkpoints += counts['checkpoint']!
    this.#data.checkpointsFailed += counts['checkpoint-failed']!
    if (wanted !== undefined && end.outcome !== wanted) throw new Error(`The run should have been ${wanted}: ${JSON.stringify(end)}`)
    const { repeated } = lookAt(this.#dir)
    if (repeated > 0) throw new Error(`${repeated} records are visible twice`)
  }

  #enter(ledger: Ledger): void {
    for (const field of ['committed', 'lost', 'repeated', 'wrong'] as const) this.#data.ledger[field] += ledger[field]
    if (ledger.lost + ledger.repeated + ledger.wrong > 0) throw new Error(`The ledger of the round: ${JSON.stringify(ledger)}`)
  }
}
