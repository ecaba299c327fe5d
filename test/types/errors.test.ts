/** What the compiler knows of policies and dead letters. */
import { expectTypeOf, test } from 'vitest'
import type { BadRecords, DeadLetter, DeadLetterOrigin, ErrorPolicy, OperatorOptions, RunResult, Stream } from '../../src/index.ts'
import { defineJob, sink } from '../../src/index.ts'

test('policies', () => {
  expectTypeOf<OperatorOptions['onError']>().toEqualTypeOf<ErrorPolicy | undefined>()
  expectTypeOf<{ failAfter: { ratio: number; over: number } }>().toExtend<ErrorPolicy>()
  expectTypeOf<{ failAfter: { ratio: number; over: number }; deadLetter: true }>().toExtend<ErrorPolicy>()
  expectTypeOf<{ deadLetter: { mask: string[] } }>().toExtend<ErrorPolicy>()
  expectTypeOf<{ deadLetter: false }>().not.toExtend<ErrorPolicy>()
  expectTypeOf<'ignore'>().not.toExtend<ErrorPolicy>()
  expectTypeOf<RunResult['badRecords']>().toEqualTypeOf<readonly BadRecords[] | undefined>()
})

test('letters of every operator, of one whose input is told, and of a source', () => {
  defineJob(import.meta, {
    onError: 'skip',
    deadLetters: sink.forEach(({ operator, record }: DeadLetter) => void [operator, record]),
    build: ({ source, deadLetters }) => {
      const lines = source.jsonLines<{ n: number }>('lines', { path: 'x', onError: 'deadLetter' })
      const doubled = lines.map(({ n }) => 2 * n, { onError: 'deadLetter' })
      expectTypeOf(doubled.deadLetters<{ n: number }>()).toEqualTypeOf<Stream<DeadLetter<{ n: number }>>>()
      expectTypeOf(lines.deadLetters()).toEqualTypeOf<Stream<DeadLetter>>()
      expectTypeOf(deadLetters()).toEqualTypeOf<Stream<DeadLetter>>()
      // @ts-expect-error -- no such policy
      lines.filter(() => true, { onError: 'drop' })
    },
  })
  const place = (from: DeadLetterOrigin): string =>
    'source' in from ? `${from.split}/${from.position}` : `${from.channel}/${from.sequence}`
  expectTypeOf(place).returns.toBeString()
})
