import { describe, expect, test } from 'vitest'
import { type Job, type PlacementOptions, defineJob, placementCosts } from '../../src/index.ts'
import type { LaunchOptions } from '../../src/index.ts'
import { checkOptions } from '../../src/app/launch-options.ts'

function jobOf(options: object, other: object = {}): Job {
  return defineJob(import.meta, {
    build: ({ source }) => {
      const rows = source.generate('rows', { count: 1, make: (n) => ({ n }), ...other })
      return { out: rows.map((row) => row, { name: 'mapped', ...options }) }
    },
  }) as unknown as Job
}

describe('an operator refuses', () => {
  const wrong: [string, object, string, RegExp][] = [
    ['a demand that is no number', { demand: { cpu: '1' } }, 'MR_OPTION_INVALID', /demand\.cpu="1" is not a number of 0 or more/],
    ['a demand below 0', { demand: { heapBytes: -1 } }, 'MR_OPTION_INVALID', /demand\.heapBytes=-1/],
    ['an endless demand', { demand: { ioConcurrency: Infinity } }, 'MR_OPTION_INVALID', /demand\.ioConcurrency=Infinity/],
    [
      'a demand of something else',
      { demand: { heapByte: 1 } },
      'MR_OPTION_INVALID',
      /demand has no option "heapByte"\. Did you mean "heapBytes"\?/,
    ],
    ['a demand that is no object', { demand: 3 }, 'MR_OPTION_INVALID', /demand takes its options as an object, got 3/],
    ['a priority that is no integer', { priority: 1.5 }, 'MR_OPTION_INVALID', /priority=1.5 is not an integer from -100 to 100/],
    ['a priority beyond the bound', { priority: 101 }, 'MR_OPTION_INVALID', /priority=101/],
    ['no priority', { priority: null }, 'MR_OPTION_INVALID', /priority=null/],
    ['something like exclusive', { exclusive: 'yes' }, 'MR_OPTION_INVALID', /exclusive="yes" is not true or false/],
    ['a name that is none', { affinity: ['rows', 3] }, 'MR_OPTION_INVALID', /affinity=3 is not the name of an operator/],
    [
      'an operator that there is not',
      { affinity: 'row' },
      'MR_GRAPH_INVALID',
      /affinity names "row", which no operator.*Did you mean "rows"\?/,
    ],
    ['one that there is not, to be kept off', { antiAffinity: 'x' }, 'MR_GRAPH_INVALID', /antiAffinity names "x"/],
    ['itself', { antiAffinity: 'mapped' }, 'MR_GRAPH_INVALID', /antiAffinity names the operator itself/],
    ['together and apart', { affinity: 'rows', antiAffinity: ['rows'] }, 'MR_GRAPH_INVALID', /affinity and antiAffinity both name "rows"/],
  ]
  test.each(wrong)('%s', async (_, options, code, text) => {
    const error = await jobOf(options)
      .buildGraph({})
      .catch((refusal: unknown) => refusal)
    expect(error).toMatchObject({ code, message: expect.stringMatching(text) })
    expect((error as { site: string }).site).toMatch(/placement-options\.test/)
  })
})

test('sources take them as well, and keep them out of what their kind needs', async () => {
  const said: PlacementOptions = { demand: { cpu: 0.5 }, affinity: 'mapped', priority: -3 }
  const [rows] = (await jobOf({}, said).buildGraph({})).nodes
  expect(rows!.placement).toEqual({ demand: { cpu: 0.5 }, affinity: ['mapped'], antiAffinity: [], exclusive: false, priority: -3 })
  expect(Object.keys(rows!.spec)).not.toContain('demand')
  const own = defineJob(import.meta, {
    build: ({ source }) => ({
      out: source.from('own', { kind: 'own', create: () => ({}) } as never, { priority: 'its own' }, { priority: 4 }),
    }),
  })
  const [node] = (await own.buildGraph({})).nodes
  expect(node).toMatchObject({ spec: { priority: 'its own' }, placement: { priority: 4 } })
})

test('an option that is given as undefined is not given', async () => {
  const nodes = (await jobOf({ demand: undefined, affinity: undefined, priority: undefined }).buildGraph({})).nodes
  expect(nodes.every(({ placement }) => placement === undefined)).toBe(true)
})

describe('placement of a run', () => {
  test.each<[unknown, RegExp]>([
    ['lod', /placement="lod" is not one of priority, demand, load/],
    [null, /placement=null is not one of/],
    [7, /takes its options as an object/],
    [{ polcy: 'load' }, /placement has no option "polcy"/],
    [{ machine: { cores: 0 } }, /placement\.machine\.cores=0 is not a number above 0/],
    [{ machine: { ram: 1 } }, /placement\.machine has no option "ram"/],
    [{ costs: [1] }, /placement\.costs=1 is not an object/],
    [{ costs: { a: [0.1, -1] } }, /placement\.costs\["a"\]=-1 is not a number of 0 or more/],
  ])('%j is refused', (placement, text) => {
    const refusal = expect.objectContaining({ code: 'MR_OPTION_INVALID', message: expect.stringMatching(text) })
    expect(() => checkOptions({ placement } as LaunchOptions)).toThrow(refusal)
    expect(() => defineJob(import.meta, { placement: placement as never, build: () => {} })).toThrow(refusal)
  })

  test('what launch says counts, part by part, then what the job says, then the machine', () => {
    const job = { placement: { policy: 'load', costs: { a: 1 }, machine: { cores: 3, ioConcurrency: 8 } } } as const
    const { placement } = checkOptions({ placement: { policy: 'priority', machine: { ioConcurrency: 4 } } }, job, () => ({
      cores: 16,
      heapBytes: 99,
    }))
    expect(placement).toMatchObject({ policy: 'priority', costs: { a: 1 }, machine: { cores: 3, heapBytes: 99, ioConcurrency: 4 } })
    const limited = checkOptions({ resourceLimits: { maxOldGenerationSizeMb: 2 } })
    expect(limited.placement).toMatchObject({ policy: 'demand', machine: { heapBytes: 2 << 20 } })
  })
})

test('what a run has measured are costs by operator and instance, as shares of the busiest worker', () => {
  const actors = (list: [number, string, number][]) => ({ actors: list.map(([id, name, busyMs]) => ({ id, name, busyMs })) })
  const stats = {
    workers: [
      actors([
        [2, 'sums (1/1)', 20],
        [0, 'rows > big (1/2)', 60],
      ]),
      actors([[1, 'rows > big (2/2)', 40]]),
    ],
  }
  expect(placementCosts(stats)).toEqual({ rows: [0.75, 0.5], sums: [0.25] })
  expect(placementCosts({ workers: [actors([[0, 'rows (1/1)', 0]])] })).toEqual({ rows: [0] })
})
