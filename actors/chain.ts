import type { OperatorDefinition } from '../src/actor/contract.ts'
import { MillraceError } from '../src/errors.ts'

/** The stateless operators: they have no life of their own, and become lines in the loop of the actor that they are part of. */

type Fn<R> = (record: unknown) => R

export const map: OperatorDefinition = {
  kind: 'map',
  repeats: 'inOrder',
  weave: (w, value) => {
    const result = w.fresh('m')
    return `const ${result} = ${w.spec('fn')}(${value})\n${w.next(result)}`
  },
  link:
    ({ fn }, next) =>
    (record, timestamp) =>
      next((fn as Fn<unknown>)(record), timestamp),
}

export const filter: OperatorDefinition = {
  kind: 'filter',
  repeats: 'inOrder',
  weave: (w, value) => `if (${w.spec('fn')}(${value})) {\n${w.next(value)}\n}`,
  link:
    ({ fn }, next) =>
    (record, timestamp) => {
      if ((fn as Fn<boolean>)(record)) next(record, timestamp)
    },
}

export const tap: OperatorDefinition = {
  kind: 'tap',
  repeats: 'inOrder',
  weave: (w, value) => `${w.spec('fn')}(${value})\n${w.next(value)}`,
  link:
    ({ fn }, next) =>
    (record, timestamp) => {
      ;(fn as Fn<void>)(record)
      next(record, timestamp)
    },
}

export const flatMap: OperatorDefinition = {
  kind: 'flatMap',
  repeats: 'inOrder',
  weave: (w, value) => {
    const [all, result] = [w.fresh('f'), w.fresh('f')]
    return `const ${all} = ${w.spec('fn')}(${value})
if (typeof ${all} === 'string') ${w.constant(refuseText)}()
for (const ${result} of ${all}) {\n${w.next(result)}\n}`
  },
  link:
    ({ fn }, next) =>
    (record, timestamp) => {
      const all = (fn as Fn<Iterable<unknown>>)(record)
      if (typeof all === 'string') refuseText()
      for (const result of all) next(result, timestamp)
    },
}

/** A text can be iterated, but nobody means its characters. */
function refuseText(): never {
  throw new MillraceError(
    'MR_OPERATOR_FAILED',
    'The function of flatMap returned a string, which would become its characters. Return an array: [text], or [...text] for the characters',
  )
}
