import type { Emit, OperatorActor, OperatorContext, OperatorDefinition } from '../src/actor/contract.ts'
import { MillraceError } from '../src/errors.ts'

/** Operators with several outputs. The first two become a condition in the loop of the chain, with all that follows in its branches. */

interface SplitSpec {
  readonly names: readonly string[]
  readonly predicates: readonly ((record: unknown) => boolean)[]
  readonly rest: string | null
}

const NOWHERE: Emit = () => {}

export const split: OperatorDefinition = {
  kind: 'split',
  repeats: 'inOrder',
  weave: (w, value, spec) => {
    const { names, predicates, rest } = spec as unknown as SplitSpec
    const conditions = names.map((name, i) => `if (${w.constant(predicates[i])}(${value})) {\n${w.next(value, name)}\n}`)
    return rest === null
      ? conditions.join(' else ')
      : `${conditions.join(' else ')}${names.length === 0 ? '' : ' else '}{\n${w.next(value, rest)}\n}`
  },
  link: (spec, _, outputs) => {
    const { names, predicates, rest } = spec as unknown as SplitSpec
    const branches = names.map((name) => outputs.get(name) ?? NOWHERE)
    const others = rest === null ? NOWHERE : (outputs.get(rest) ?? NOWHERE)
    return (record, timestamp) => {
      const branch = predicates.findIndex((predicate) => predicate(record))
      ;(branch === -1 ? others : branches[branch]!)(record, timestamp)
    }
  },
}

export const switchOn: OperatorDefinition = {
  kind: 'switchOn',
  repeats: 'inOrder',
  weave: (w, value, spec) => {
    const cases = w.outputs.map((name) => `case ${JSON.stringify(name)}: {\n${w.next(value, name)}\nbreak\n}`)
    return `switch (${value}[${JSON.stringify(spec['field'])}]) {\n${cases.join('\n')}\n}`
  },
  link: (spec, _, outputs) => {
    const field = spec['field'] as string
    return (record, timestamp) => outputs.get((record as Record<string, string>)[field]!)?.(record, timestamp)
  },
}

interface FlatMapToSpec {
  readonly names: readonly string[]
  readonly fn: (record: unknown, to: Readonly<Record<string, (record: unknown) => void>>) => void
}

/** The user's function calls the emitters, so they are made once, and know the record at hand by its time. */
class FlatMapToActor implements OperatorActor {
  readonly #fn: FlatMapToSpec['fn']
  readonly #to: Readonly<Record<string, (record: unknown) => void>>
  #timestamp = NaN
  #running = false

  constructor({ names, fn }: FlatMapToSpec, context: OperatorContext) {
    this.#fn = fn
    this.#to = Object.freeze(Object.fromEntries(names.map((name) => [name, this.#emitter(context.emitTo(name), name)])))
  }

  process(record: unknown, timestamp: number): void {
    this.#timestamp = timestamp
    this.#running = true
    try {
      this.#fn(record, this.#to)
    } finally {
      this.#running = false
    }
  }

  #emitter(emit: Emit, name: string): (record: unknown) => void {
    return (record) => {
      if (!this.#running)
        throw new MillraceError('MR_OPERATOR_FAILED', `flatMapTo: to.${name}() was called when the function had returned already`)
      emit(record, this.#timestamp)
    }
  }
}

export const flatMapTo: OperatorDefinition = {
  kind: 'flatMapTo',
  repeats: 'inOrder',
  create: (spec, context) => new FlatMapToActor(spec as unknown as FlatMapToSpec, context),
}
