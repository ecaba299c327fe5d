import type { ColumnBatch, OperatorActor } from '../actor/contract.ts'
import type { KeySampler, SampledKeys } from '../actor/actor-parts.ts'
import type { KeySelector } from '../actor/partitioning.ts'
import type { Key } from '../core/key-hash.ts'
import { Prng } from '../core/prng.ts'
import type { ChainRun } from '../graph/chain-code.ts'
import type { ActorPlacement, Plan } from '../graph/plan.ts'
import { HOT_KEY_BATCHES } from '../limits.ts'
import { HeavyHitters } from '../state/heavy-hitters.ts'

/** Operators of the chain that route what they send by key, and sum up before: what is sent does not tell how frequent a key was. */
interface Combining {
  readonly actor: OperatorActor
  readonly operator: string
  found: HeavyHitters | null
}

/**
 * Looks at one record of a batch, at a place chosen by chance, in one of a few batches: so that no record pays for it, and no pattern in the order of keys deceives. The record stands
 * for its whole batch. Records that come by key are looked at where they arrive; those that are summed up before they are sent, where that happens.
 */
export class KeySampling implements KeySampler {
  readonly #head: string
  /** By input of the head; null where records do not come by key. */
  readonly #keys: readonly (KeySelector | null)[]
  readonly #combining: readonly Combining[]
  readonly #seed: number
  /** Most of very many actors never need one. */
  #chance: Prng | null = null
  #arriving: HeavyHitters | null = null
  #batches = 0

  constructor(head: string, keys: readonly (KeySelector | null)[], combining: readonly Combining[], seed: number) {
    this.#head = head
    this.#keys = keys
    this.#combining = combining
    this.#seed = seed
  }

  get sampled(): readonly SampledKeys[] {
    const found = [
      { operator: this.#head, found: this.#arriving, arriving: true },
      ...this.#combining.map((one) => ({ ...one, arriving: false })),
    ]
    return found.flatMap(({ operator, found: hitters, arriving }) =>
      hitters === null ? [] : [{ operator, arriving, samples: hitters.samples, keys: hitters.keys() }],
    )
  }

  /** Behind the processing of a batch: what was decoded for that serves here. */
  arrived(batch: ColumnBatch, input: number, asColumns: boolean): void {
    const selector = this.#keys[input] ?? null
    if (selector === null || batch.length === 0 || !this.#isDue()) return
    const row = this.#random(batch.length)
    const key = keyOf(selector, batch, row, asColumns)
    if (isKey(key)) (this.#arriving ??= new HeavyHitters()).add(key, batch.length)
  }

  /** Runs the chain over a batch: all of it, or what comes before the record that is looked at, that one, and the rest. */
  run(run: ChainRun, ...[records, from, to, timestamps]: Parameters<ChainRun>): number {
    if (this.#combining.length === 0 || to <= from || !this.#isDue()) return run(records, from, to, timestamps)
    const at = from + this.#random(to - from)
    let latest = at > from ? run(records, from, at, timestamps) : -Infinity
    for (const { actor } of this.#combining) actor.beginSample!()
    latest = Math.max(latest, run(records, at, at + 1, timestamps))
    for (const one of this.#combining) {
      const key = one.actor.sampledKey!()
      if (isKey(key)) (one.found ??= new HeavyHitters()).add(key, to - from)
    }
    return at + 1 < to ? Math.max(latest, run(records, at + 1, to, timestamps)) : latest
  }

  #random(below: number): number {
    this.#chance ??= new Prng(this.#seed)
    return this.#chance.next() % below
  }

  #isDue(): boolean {
    return this.#batches++ % HOT_KEY_BATCHES === 0
  }
}

/** Null where an actor has nothing to do with keys. */
export function keySampling(
  { graph, tasks, edges }: Plan,
  { task, id }: ActorPlacement,
  instances: readonly { readonly name: string; readonly actor: OperatorActor }[],
): KeySampling | null {
  const keys: (KeySelector | null)[] = []
  for (const { toTask, input, partitioning } of edges) if (toTask === task && partitioning.type === 'hash') keys[input] = partitioning.key
  const combining = instances.flatMap(({ actor, name }) => {
    if (actor.sampledKey === undefined) return []
    const edge = edges.find(({ fromNode, partitioning }) => graph.nodes[fromNode]!.name === name && partitioning.type === 'combined')
    return edge === undefined ? [] : [{ actor, operator: graph.nodes[tasks[edge.toTask]!.nodes[0]!]!.name, found: null }]
  })
  if (keys.length === 0 && combining.length === 0) return null
  return new KeySampling(graph.nodes[tasks[task]!.nodes[0]!]!.name, keys, combining, id)
}

/** A function of the user that fails has failed for the record already, or is left to it. */
function keyOf(selector: KeySelector, batch: ColumnBatch, row: number, asColumns: boolean): unknown {
  if (typeof selector === 'string' && asColumns) return (batch.numbers(selector) ?? batch.values(selector))[row]
  const record = batch.records()[row]
  if (typeof selector === 'string') return (record as Record<string, unknown>)[selector]
  try {
    return selector(record as never)
  } catch {
    return undefined
  }
}

/** Those that are shown as they are; of tuples there would have to be equals. */
function isKey(key: unknown): key is Key {
  return typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint' || typeof key === 'boolean'
}
