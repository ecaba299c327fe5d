import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MillraceError } from '../../src/errors.ts'
import { planActors, planTasks, routingTable } from '../../src/graph/plan.ts'
import { decideMoves, moveText } from '../../src/schedule/decide-moves.ts'
import { type ActorLoad, type BalanceLimits, type Move, type MoveHistory, NO_HISTORY } from '../../src/schedule/moves.ts'
import { place } from '../../src/schedule/place.ts'
import { inTier } from '../tier.ts'
import { type NodeDraft, broken, drafts, graphOf, settings } from './graphs.ts'

const LIMITS: BalanceLimits = { hotShare: 0.6, gapShare: 0.2, gainShare: 0.05, holdMs: 1_000, coolDownMs: 3_000, movesMax: 4 }
const KEY_GROUPS = 16

/** A job at work: actors cost what they cost, wherever they are; its moves are carried out at once. */
class Model {
  readonly plan
  readonly placement = settings()
  readonly threads: number[]
  readonly owners: Map<number, number[]>
  /** By task and key group, or by actor where no key groups can move. */
  readonly #cost: (task: number, part: number) => number
  history: MoveHistory = NO_HISTORY
  nowMs = 0

  constructor(nodes: readonly NodeDraft[], workers: number, keyed: ReadonlySet<number>, cost: (task: number, part: number) => number) {
    this.plan = planTasks(graphOf(nodes), { workers, chaining: 'off' })
    this.threads = [...place(this.plan, this.placement).threads]
    const routed = this.plan.tasks.filter(({ id, parallelism }) => keyed.has(id) && parallelism > 1)
    this.owners = new Map(routed.map(({ id, parallelism }) => [id, [...routingTable(KEY_GROUPS, parallelism)]]))
    this.#cost = cost
  }

  get actors() {
    return planActors(this.plan, this.threads).actors
  }

  measure(): Map<number, ActorLoad> {
    const one = ({ task, index }: { readonly task: number; readonly index: number }): ActorLoad => {
      const owners = this.owners.get(task)
      if (owners === undefined) return { busyShare: this.#cost(task, index) }
      const keyGroupWeights = owners.map((owner, group) => (owner === index ? this.#cost(task, group) : 0))
      return { busyShare: keyGroupWeights.reduce((sum, weight) => sum + weight, 0), keyGroupWeights }
    }
    return new Map(this.actors.map((actor) => [actor.id, one(actor)]))
  }

  get busiest(): number {
    const shares = Array.from({ length: this.plan.workers }, () => 0)
    for (const [actor, { busyShare }] of this.measure()) shares[this.threads[actor]!]! += busyShare
    return Math.max(...shares)
  }

  decide(limits = LIMITS) {
    const { plan, placement, threads, owners, history } = this
    const decision = decideMoves({
      plan,
      placement,
      places: { threads, owners },
      loads: { atMs: this.nowMs, actors: this.measure() },
      history,
      limits,
    })
    this.history = decision.history
    return decision
  }

  carryOut(moves: readonly Move[]): void {
    for (const move of moves) {
      if (move.type === 'key-groups') {
        const owners = this.owners.get(move.task)!
        for (const group of move.keyGroups) {
          if (owners[group] !== move.fromIndex) throw new Error(`key group ${group} is not where ${moveText(move)}`)
          owners[group] = move.toIndex
        }
      } else {
        const { id } = this.actors.find(({ task, index }) => task === move.task && index === move.index)!
        if (this.threads[id] !== move.from) throw new Error(`it is not where ${moveText(move)}`)
        this.threads[id] = move.to
      }
    }
  }
}

test('on a load that stays as it is moves end, none is undone, each helps, and nothing that was asked for is broken', () => {
  let moved = 0
  const check = fc.property(
    drafts(5, [1, 2, 3, 'workers']),
    fc.constantFrom(2, 3, 4),
    fc.array(fc.double({ min: 0, max: 0.6, noNaN: true }), { minLength: 7, maxLength: 7 }),
    fc.subarray([0, 1, 2, 3, 4]),
    (nodes, workers, costs, keyed) => {
      const cost = (task: number, part: number): number => costs[(task * 5 + part) % 7]! / (keyed.includes(task) ? 4 : 1)
      let model: Model
      try {
        model = new Model(nodes, workers, new Set(keyed), cost)
      } catch (error) {
        if (error instanceof MillraceError) return
        throw error
      }
      const seen = new Set([JSON.stringify([model.threads, [...model.owners]])])
      let movedAtMs = -Infinity
      let last = 0
      for (let round = 0; round < 200; round++, model.nowMs += 500) {
        const before = model.busiest
        const { moves, before: shares, after } = model.decide()
        expect(Math.max(...shares)).toBeCloseTo(before)
        if (moves.length === 0) continue
        expect(model.nowMs - movedAtMs).toBeGreaterThanOrEqual(LIMITS.coolDownMs)
        movedAtMs = model.nowMs
        model.carryOut(moves)
        moved++
        last = round
        expect(broken(planActors(model.plan, model.threads), model.threads, model.placement)).toBeNull()
        expect(model.busiest).toBeLessThanOrEqual(before + 1e-9)
        expect(Math.max(...after)).toBeCloseTo(model.busiest)
        const now = JSON.stringify([model.threads, [...model.owners]])
        expect(seen.has(now), moves.map(moveText).join('; ')).toBe(false)
        seen.add(now)
      }
      expect(last).toBeLessThan(180)
    },
  )
  fc.assert(check, { numRuns: inTier(60, 1_000), seed: 5 })
  expect(moved).toBeGreaterThan(0)
})

const three: NodeDraft[] = [
  { parallelism: 1 },
  { parallelism: 1, affinity: ['n0'] },
  { parallelism: 1 },
  { parallelism: 2, from: [2], spreads: true },
]

/** All on worker 0 but what is told. */
function misplaced(costs: readonly number[], elsewhere: readonly number[] = [], keyed: readonly number[] = []): Model {
  const model = new Model(three, 2, new Set(keyed), (task, part) => costs[task]! * (keyed.includes(task) ? (part === 0 ? 8 : 1) / 32 : 1))
  for (const { id } of model.actors) model.threads[id] = elsewhere.includes(id) ? 1 : 0
  return model
}

test('nothing moves before it was uneven for a while, nor soon after a move, nor when it is uneven now and then only', () => {
  const model = misplaced([0.3, 0.1, 0.4, 0.1])
  expect(model.decide()).toMatchObject({ moves: [], reason: expect.stringContaining('not for long yet') as string })
  model.nowMs = 900
  expect(model.decide().moves).toEqual([])
  const uneven = model.history
  // For a moment all is well.
  const { plan, placement, threads, owners } = model
  const calm = { atMs: 950, actors: new Map() }
  const question = { plan, placement, places: { threads, owners }, loads: calm, history: uneven, limits: LIMITS }
  expect(decideMoves(question)).toMatchObject({ moves: [], history: NO_HISTORY })
  model.nowMs = 1_000
  const decision = model.decide()
  expect(decision.moves.map(moveText)).toEqual([
    'n0 1 goes from worker 0 to worker 1',
    'n1 1 goes from worker 0 to worker 1',
    'n3 1 goes from worker 0 to worker 1',
  ])
  expect(decision.after.map((share) => share.toFixed(2))).toEqual(['0.50', '0.50'])
  expect(
    decideMoves({ ...question, loads: { atMs: 2_000, actors: model.measure() }, history: { unevenSinceMs: 1_000, movedAtMs: 1_000 } })
      .reason,
  ).toBe('worker 0 is busy 100 %, worker 1 is busy 0 %: something moved just now')
})

test('of an actor that is too much for any one worker some key groups go, and a hot one stays', () => {
  const model = misplaced([0, 0, 0, 1.2], [4], [3])
  expect(model.decide({ ...LIMITS, hotShare: 0.2, holdMs: 0 }).moves).toEqual([
    { type: 'key-groups', task: 3, operator: 'n3', keyGroups: [1, 2, 3], fromIndex: 0, toIndex: 1 },
  ])
})
