import { expect, test } from 'vitest'
import { checkOptions } from '../../src/app/launch-options.ts'
import { explain } from '../../src/cli/plan/explain.ts'
import { graphMermaid } from '../../src/cli/plan/graph-mermaid.ts'
import { guaranteeOf } from '../../src/cli/plan/guarantee.ts'
import { allocate, allocateDoorbells } from '../../src/control/allocate.ts'
import type { Graph, OperatorNode } from '../../src/graph/graph.ts'
import { planJob } from '../../src/graph/plan.ts'
import { type Job, type LaunchOptions, defineJob, value } from '../../src/index.ts'
import inlet from './jobs/inlet.ts'
import orders from './jobs/orders.ts'
import { job, millrace } from './spawn-command.ts'

async function explained(of: Job<never, never> | Job, options: LaunchOptions) {
  const { engine } = checkOptions(options)
  const plan = planJob(await of.buildGraph({}), engine)
  return { explanation: explain(plan, engine), plan, engine }
}

test.each([
  [orders, { workers: 1 }],
  [orders, { workers: 2 }],
  [orders, { workers: 5, ringBytes: 1 << 16 }],
  [orders, { workers: 2, transport: 'ring', chaining: 'off' }],
  [inlet, { workers: 3 }],
] as const)('rings are those that the control thread allocates (%#)', async (of, options) => {
  const { explanation, plan, engine } = await explained(of as unknown as Job, options)
  const { rings } = allocate(plan, { ...engine, ringBytes: 1 << 12 }, allocateDoorbells(plan.workers), 1)
  const threads = rings.map(({ from, to }) => [from, to].map((thread) => (thread === plan.workers ? 'app' : thread)))
  expect(explanation.rings.map(({ from, to }) => [from, to])).toEqual(threads)
  expect(explanation.memory.ringBytes).toBe(threads.length * engine.ringBytes)
})

test('every actor of the plan is explained, with the thread that it is on and the credit of its channels', async () => {
  const { explanation, plan } = await explained(orders as unknown as Job, { workers: 3, mailboxBytes: 3 << 20 })
  const actors = explanation.tasks.flatMap((task) => task.actors)
  expect(actors.map(({ actor, thread }) => [actor, thread === 'app' ? 3 : thread])).toEqual(
    plan.actors.map(({ id, thread }) => [id, thread]),
  )
  expect(
    actors
      .filter(({ channels }) => channels === 3)
      .every(({ mailboxBytes, allowanceBytes }) => mailboxBytes === 3 << 20 && allowanceBytes === (3 << 20) / 6),
  ).toBe(true)
  const { mailboxBytes, ringBytes, inletLogBytes, totalBytes } = explanation.memory
  expect(mailboxBytes).toBe(actors.filter(({ channels }) => channels > 0).length * (3 << 20))
  expect(totalBytes).toBe(mailboxBytes + ringBytes + inletLogBytes)
  expect(explanation.backend).toBe('memory')
})

test('the log of an inlet counts', async () => {
  const { explanation } = await explained(inlet as unknown as Job, { workers: 1 })
  expect(explanation.memory.inletLogBytes).toBe(256 << 20)
  expect(explanation.backend).toMatch(/^none/)
})

test('the state of each operator is said to be where its own word, that of the run, or that of the job puts it', async () => {
  const kept = defineJob(import.meta, {
    backend: { type: 'lmdb', cacheBytes: 1 << 20 },
    build: ({ source }) => {
      const rows = source.generate('rows', { count: 1, make: (n) => ({ n }) })
      const own = rows.keyBy('n').updateState('a', value<number>(), () => {}, { name: 'own', backend: 'memory' })
      const other = own.keyBy('n').updateState('b', value<number>(), () => {}, { name: 'other' })
      return { updated: other, sums: other.keyBy('n').sum('n').toStream({ emit: 'final' }) }
    },
  })
  const backends = async (options: LaunchOptions): Promise<(string | null)[]> => {
    const { explanation } = await explained(kept as unknown as Job, { workers: 1, chaining: 'off', ...options })
    const operators = explanation.tasks.flatMap((task) => task.operators)
    return ['own', 'other', 'aggregate-1'].map((name) => operators.find((operator) => operator.name === name)!.backend)
  }
  expect(await backends({})).toEqual(['memory', 'lmdb, 1 MiB in memory', 'lmdb, 1 MiB in memory'])
  expect(await backends({ backend: 'lmdb' })).toEqual(['memory', 'lmdb, 64 MiB in memory', 'lmdb, 64 MiB in memory'])
  expect(await backends({ backend: 'memory' })).toEqual(['memory', 'memory', 'memory'])
})

/** Nodes by kind and inputs. */
function graph(...nodes: readonly (readonly [kind: string, inputs: readonly number[], stated?: Pick<OperatorNode, 'guarantee'>])[]): Graph {
  return {
    jobName: 'g',
    nodes: nodes.map(([kind, inputs, stated = {}], id) => {
      return {
        id,
        name: `${kind}-${id}`,
        kind,
        inputs: inputs.map((from) => ({ from, partitioning: { type: 'forward' } })),
        parallelism: 1,
        spec: {},
        site: 'x',
        ...stated,
      }
    }),
  }
}

const ONCE = { guarantee: 'exactly-once' } as const
const REPEATS = { guarantee: 'at-least-once' } as const
const LOSES = { guarantee: 'at-most-once' } as const

test.each([
  ['a file from a replayed source', graph(['generate', [], ONCE], ['map', [0]], ['fileSink', [1], ONCE]), 'exactly-once'],
  ['a function beside a file', graph(['generate', [], ONCE], ['fileSink', [0], ONCE], ['forEachSink', [0], REPEATS]), 'at-least-once'],
  ['an outlet', graph(['lines', [], ONCE], ['outlet', [0]]), 'at-least-once'],
  ['a sink that says nothing', graph(['lines', [], ONCE], ['mySink', [0]]), 'unknown'],
  ['a source that loses', graph(['lines', [], LOSES], ['mySink', [0], REPEATS]), 'at-most-once'],
  ['a file behind two sources, one of which says nothing', graph(['lines', [], ONCE], ['mine', []], ['fileSink', [0, 1], ONCE]), 'unknown'],
  ['a kind called like a property of every object', graph(['toString', []], ['fileSink', [0], ONCE]), 'unknown'],
] as const)('guarantee end to end: %s', (_, of, wanted) => {
  expect(guaranteeOf(of).endToEnd).toBe(wanted)
})

test('a source matters for the ends that it reaches, not for others', () => {
  const { ends } = guaranteeOf(graph(['lines', [], ONCE], ['mine', []], ['fileSink', [0], ONCE], ['fileSink', [1], ONCE]))
  expect(ends.map(({ guarantee }) => guarantee)).toEqual(['exactly-once', 'unknown'])
})

test('names are quoted in Mermaid', () => {
  const nodes = graph(['generate', []], ['map', [0]]).nodes.map((node) => ({ ...node, name: 'a "b" <c> #d' }))
  expect(graphMermaid({ jobName: 'g', nodes })).toBe(
    'flowchart LR\n  n0(["a #quot;b#quot; #lt;c#gt; #35;d<br/>generate"])\n  n1[["a #quot;b#quot; #lt;c#gt; #35;d<br/>map"]]\n  n0 --> n1\n',
  )
})

test('graph and explain print what they found; nothing runs', async () => {
  const text = await millrace(['graph', job('orders')])
  expect(text.stdout).toMatch(/^orders: 7 operators\n {2}orders +generate +x workers +\S*orders\.js:\d+:\d+\n/)
  expect(text.stdout).toMatch(/per-shop +aggregate +x workers +<- per-shop\.combine \(combined\)/)
  const mermaid = await millrace(['graph', job('orders'), '--mermaid'])
  expect(mermaid.stdout).toMatch(/^flowchart LR\n {2}n0\(\["orders<br\/>generate"\]\)\n/)
  const explanation = await millrace(['explain', job('orders'), '--workers', '2'])
  expect(explanation.stdout).toContain('memory on the way: at most 24 MiB (mailboxes 8 MiB + rings 16 MiB + inlet logs 0 B)')
  expect(explanation.stdout).toContain('guarantee end to end: at-least-once')
  const json = await millrace(['explain', job('orders'), '--workers', '2', '--json'])
  expect(JSON.parse(json.stdout)).toMatchObject({
    job: 'orders',
    workers: 2,
    memory: { totalBytes: 24 << 20 },
    guarantee: { endToEnd: 'at-least-once' },
  })
  expect([text, mermaid, explanation, json].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0])
})
