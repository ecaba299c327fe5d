import { expect, test } from 'vitest'
import { guaranteeOf } from '../../src/cli/plan/guarantee.ts'
import { defineJob } from '../../src/index.ts'
import type { BuildContext, OperatorDefinition, Stream } from '../../src/index.ts'
import { simulate } from '../../src/testing/index.ts'

type Build = (source: BuildContext<unknown>['source']) => unknown

const graphOf = (build: Build) =>
  defineJob(import.meta, { build: ({ source }) => ({ all: build(source) as Stream<unknown> }) }).buildGraph({})

const own: OperatorDefinition = { kind: 'own', create: () => ({ poll: () => 'end' as const }) }
const make = (n: number): number => n

test.each<[string, Build, RegExp]>([
  ['a rate of nothing', (s) => s.generate('rows', { count: 1, make, rowsPerSecond: 0 }), /rowsPerSecond=0/],
  ['a rate that is none', (s) => s.generate('rows', { count: 1, make, rowsPerSecond: '5' as never }), /rowsPerSecond=5/],
  ['half a record', (s) => s.generate('rows', { count: 0.5, make }), /count=0\.5/],
  ['a timer without rest', (s) => s.timer('rows', { everyMs: 0 }), /everyMs=0/],
  ['a timer of a year', (s) => s.timer('rows', { everyMs: 3e10 }), /everyMs=30000000000/],
  ['a timer without options', (s) => s.timer('rows', undefined as never), /everyMs=undefined/],
  ['another way to resume', (s) => s.iterable('rows', { open: () => [], resume: 'now' as never }), /resume=now/],
  ['neither path nor glob', (s) => s.lines('rows', {}), /path of lines is not/],
  ['path and glob', (s) => s.lines('rows', { path: 'a', glob: 'b' }), /path or glob, not both/],
  ['no globs', (s) => s.lines('rows', { glob: [] }), /glob of lines is not/],
  ['an empty path', (s) => s.csv('rows', { path: ['a', ''] }), /path of csv is not/],
  ['watching a path', (s) => s.lines('rows', { path: 'a', watch: true }), /watch needs a glob/],
  ['looking all the time', (s) => s.lines('rows', { glob: 'a', watch: { everyMs: 0 } }), /everyMs=0/],
  ['another policy', (s) => s.jsonLines('rows', { path: 'a', onError: 'later' as never }), /onError is not one of/],
  ['a source without create', (s) => s.from('rows', { kind: 'own' }), /source\.from needs a definition/],
  ['another guarantee', (s) => s.from('rows', own, {}, { guarantee: 'some' as never }), /guarantee=some/],
])('%s is refused, with the option', async (_, build, message) => {
  await expect(graphOf(build)).rejects.toMatchObject({ code: 'MR_OPTION_INVALID', message: expect.stringMatching(message) as string })
})

test.each<[string, Build, string]>([
  ['a generator', (s) => s.generate('rows', { count: 1, make }), 'exactly-once'],
  ['a timer', (s) => s.timer('rows', { everyMs: 1 }), 'exactly-once'],
  ['an iterable', (s) => s.iterable('rows', { open: () => [] }), 'exactly-once'],
  ['a live one', (s) => s.iterable('rows', { open: () => [], resume: 'live' }), 'at-most-once'],
  ['files', (s) => s.lines('rows', { glob: '*', watch: true }), 'exactly-once'],
  ["one of one's own", (s) => s.from('rows', own), 'at-least-once'],
  ['one that says so', (s) => s.from('rows', own, {}, { guarantee: 'at-most-once' }), 'at-most-once'],
])('the guarantee of %s', async (_, build, guarantee) => {
  const { sources } = guaranteeOf(await graphOf(build))
  expect(sources).toEqual([{ name: 'rows', guarantee, why: expect.stringMatching(/\w/) as string }])
})

test("a source of one's own takes part in checkpoints, and goes on from its position", async () => {
  let failed = false
  const counting: OperatorDefinition = {
    kind: 'counting',
    create: ({ count }, { run, index }) => {
      let next = 0
      return {
        poll: () => {
          if (index > 0 || next === count) return 'end'
          run([next++], 0, 1, null)
          return 'more'
        },
        snapshot: () => (index > 0 ? [] : [{ scope: 'split', id: 0, value: next }]),
        restore: (chunks) => void (next = chunks[0]!.value as number),
      }
    },
  }
  const job = defineJob(import.meta, {
    build: ({ source }) => {
      const numbers = source.from<number>('numbers', counting, { count: 2_000 }, { guarantee: 'exactly-once' }).map((n) => {
        if (n === 1_500 && !failed) {
          failed = true
          throw new Error('planned')
        }
        return { n }
      })
      return { total: numbers.aggregate((a) => ({ rows: a.count(), sum: a.sum('n') })).toStream({ emit: 'final' }) }
    },
  })
  for (let seed = 1; seed <= 5; seed++) {
    failed = false
    const run = await simulate(job, { seed, workers: 2, checkpointIntervalMs: 5 })
    expect(run.outlets.total).toEqual([{ rows: 2_000, sum: 1_999_000 }])
    expect(run.restarts).toBe(1)
  }
})
