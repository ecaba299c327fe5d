import type { OperatorActor, OperatorContext, OperatorDefinition, StateChunk } from '../src/actor/contract.ts'
import { hashKey } from '../src/actor/operator-kit.ts'

/** Operators whose only state is the number of records that they have seen. */
class CountingActor implements OperatorActor {
  readonly #context: OperatorContext
  readonly #act: (record: unknown, timestamp: number, n: number) => void
  #count = 0

  /** @param act is called with each record and its number, from 0 */
  constructor(context: OperatorContext, act: (record: unknown, timestamp: number, n: number) => void) {
    this.#context = context
    this.#act = act
  }

  process(record: unknown, timestamp: number): void {
    this.#act(record, timestamp, this.#count)
    this.#count++
  }

  snapshot(): StateChunk[] {
    return [{ scope: 'instance', id: this.#context.index, value: { count: this.#count } }]
  }

  restore(chunks: readonly StateChunk[]): void {
    this.#count = (chunks[0]!.value as { count: number }).count
  }
}

/** Which records of an instance pass, by their number: nothing random that a restart would have to bring back. */
function picker(spec: Readonly<Record<string, unknown>>, instance: number): (n: number) => boolean {
  const { every, ratio, seed } = spec as { every?: number; ratio: number; seed: number | string }
  if (every !== undefined) return (n) => n % every === every - 1
  const limit = ratio * 2 ** 32
  const salt = hashKey([seed, instance])
  return (n) => hashKey((n ^ salt) | 0) < limit
}

export const sample: OperatorDefinition = {
  kind: 'sample',
  repeats: 'inOrder',
  create: (spec, context) => {
    const picks = picker(spec, context.index)
    return new CountingActor(context, (record, timestamp, n) => {
      if (picks(n)) context.emit(record, timestamp)
    })
  },
}

export const limit: OperatorDefinition = {
  kind: 'limit',
  repeats: 'inOrder',
  create: (spec, context) => {
    const most = spec['n'] as number
    return new CountingActor(context, (record, timestamp, n) => {
      if (n < most) context.emit(record, timestamp)
    })
  },
}

export const enumerate: OperatorDefinition = {
  kind: 'enumerate',
  repeats: 'inOrder',
  create: (_, context) => new CountingActor(context, (record, timestamp, index) => context.emit({ index, record }, timestamp)),
}
