/** Every built-in operator under the operator kit: reruns in many ways, a snapshot and a restore between any two inputs. */
import { expect, test } from 'vitest'
import { loadOperators } from '../../actors/registry.ts'
import { canChoose } from '../../src/graph/state-backend.ts'
import { kitJob } from '../../src/testing/kit/kit-job.ts'
import { operatorKit } from '../../src/testing/index.ts'
import { JOINS } from './join-kit-cases.ts'
import { KIT_CASES, WITHOUT_CASE } from './kit-cases.ts'
import { WINDOWS } from './window-kit-cases.ts'
import { inTier } from '../tier.ts'

const registry = await loadOperators()

/** What they keep is over all records, or in every instance. */
const IN_MEMORY = [
  'window: over all records, combined by pane',
  'window: every third record of all',
  'joinBroadcast, inner',
  'joinBroadcast, left',
  'lookup',
]

/** Windows and joins with a cache that has room for a few keys: all of them in the second tier. */
const ON_DISK = [...WINDOWS, ...JOINS]
  .filter(({ name }) => !IN_MEMORY.includes(name))
  .filter((_, i) => inTier(i % 4 === 0, true))
  .map((kitCase) => ({
    ...kitCase,
    name: `${kitCase.name}, on disk`,
    options: { ...kitCase.options, backend: { type: 'lmdb', cacheBytes: 1024 } as const },
  }))

test.each([...KIT_CASES, ...ON_DISK].map((kitCase) => [kitCase.name, kitCase] as const))(
  '%s',
  async (_, { build, script, options = {}, expected }) => {
    const { records, outputs } = await operatorKit(build, script, options)
    for (const [outlet, wanted] of Object.entries(expected)) {
      const { view, order } = options
      const came = view === undefined ? records[outlet as never] : view(outputs[outlet as never], outlet)
      if (order !== undefined) expect(sorted(came)).toEqual(sorted(wanted))
      else expect(came).toEqual(wanted)
    }
  },
)

test('of windows and joins, those that are not on disk cannot be', async () => {
  const elsewhere: string[] = []
  for (const { name, build } of [...WINDOWS, ...JOINS]) {
    const { nodes } = await kitJob(name, build).job.buildGraph({})
    if (!nodes.some(canChoose)) elsewhere.push(name)
  }
  expect(elsewhere).toEqual(IN_MEMORY)
})

test('every operator that is created has a case, or a reason why not', async () => {
  const graphs = await Promise.all(KIT_CASES.map(({ name, build }) => kitJob(name, build).job.buildGraph({})))
  // Partitioners are no nodes of the graph: they are the sending ends of its edges.
  const partitions = graphs.some(({ nodes }) =>
    nodes.some(({ inputs }) => inputs.some(({ partitioning }) => partitioning.type === 'custom')),
  )
  const covered = new Set([...graphs.flatMap(({ nodes }) => nodes.map(({ kind }) => kind)), ...(partitions ? ['partition'] : [])])
  const created = [...registry.values()].filter(({ create }) => create !== undefined).map(({ kind }) => kind)
  expect(created.filter((kind) => !covered.has(kind) && !(kind in WITHOUT_CASE))).toEqual([])
  expect(Object.keys(WITHOUT_CASE).filter((kind) => covered.has(kind) || !registry.has(kind))).toEqual([])
})

function sorted(records: unknown): unknown[] {
  return (records as unknown[]).map((record) => JSON.stringify(record)).sort()
}
