import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { guaranteeOf } from '../../src/cli/plan/guarantee.ts'
import { type BuildContext, defineJob, sink, type SinkSpec, type Sources } from '../../src/index.ts'
import { projectRoot } from '../package/project-root.ts'

const TEXT = {
  'exactly-once': 'exactly once',
  'effectively-once': 'effectively once',
  'at-least-once': 'at least once',
  'at-most-once': 'at most once',
} as const
const own = { kind: 'own', create: () => ({ process() {}, poll: () => 'end' as const }) }

/** How to get each sink and source; whoever adds one has to add it here, and to the tables of docs. */
const SINKS: Readonly<Record<keyof typeof sink, () => SinkSpec<unknown>>> = {
  file: () => sink.file({ path: 'x', format: 'lines' }),
  files: () => sink.files({ dir: 'x', format: 'lines' }),
  table: () => sink.table({ path: 'x', key: () => 'k' }),
  console: () => sink.console(),
  consoleTable: () => sink.consoleTable(),
  forEach: () => sink.forEach(() => {}),
  forEachBatch: () => sink.forEachBatch(() => {}),
  nodeStream: () => sink.nodeStream(() => null as never),
  webStream: () => sink.webStream(() => null as never),
  upsert: () => sink.upsert({ key: () => 'k', write: () => {} }),
  twoPhaseCommit: () => sink.twoPhaseCommit(() => null as never),
  from: () => sink.from(own),
}

type SourceName = Exclude<{ [N in keyof Sources]: Sources[N] extends (...args: never[]) => unknown ? N : never }[keyof Sources], 'declared'>
const SOURCES: Readonly<Record<SourceName, (source: Sources) => { to(target: SinkSpec<unknown>): void }>> = {
  generate: (source) => source.generate('s', { count: 1, make: (n) => n }),
  timer: (source) => source.timer('s', { everyMs: 1000 }),
  iterable: (source) => source.iterable('s', { open: () => [] }),
  lines: (source) => source.lines('s', { path: 'x' }),
  csv: (source) => source.csv('s', { path: 'x' }),
  jsonLines: (source) => source.jsonLines('s', { path: 'x' }),
  inlet: (source) => source.inlet('s'),
  from: (source) => source.from('s', own),
}

async function stated(build: (context: BuildContext<{}>) => void) {
  const job = defineJob(import.meta, { name: 'guarantees', build: (context: BuildContext<{}>) => void build(context) })
  return guaranteeOf(await job.buildGraph({}))
}

/** First and last cell of each row of the first table of a page, by each name in the first cell. */
function tableOf(page: string): Map<string, string> {
  const rows = readFileSync(join(projectRoot, 'docs', page), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  return new Map(
    rows.flatMap((row) => {
      const cells = row.split('|').map((cell) => cell.trim())
      return [...cells[1]!.matchAll(/`(?:sink\.)?(\w+)`/g)].map(([, name]) => [name!, cells.at(-2)!] as const)
    }),
  )
}

test.each(Object.keys(SINKS).filter((name) => name !== 'from') as (keyof typeof SINKS)[])(
  'sink.%s states what its page says',
  async (name) => {
    const { ends } = await stated(({ source }) => source.generate('s', { count: 1, make: (n) => n }).to(SINKS[name]()))
    expect(ends).toHaveLength(1)
    expect(ends[0]!.guarantee).not.toBe('unknown')
    expect(ends[0]!.why).not.toContain('says so')
    expect(tableOf('sinks.md').get(name)).toBe(TEXT[ends[0]!.guarantee as keyof typeof TEXT])
  },
)

test.each(Object.keys(SOURCES).filter((name) => name !== 'from') as SourceName[])('source.%s states what its page says', async (name) => {
  const { sources } = await stated(({ source }) => SOURCES[name](source).to(sink.console()))
  expect(sources[0]!.why).not.toContain('says so')
  expect(tableOf('sources.md').get(name)).toMatch(new RegExp(`^${TEXT[sources[0]!.guarantee as keyof typeof TEXT]}(;|$)`))
})

test('what users state of their own counts', async () => {
  const { ends, sources, endToEnd } = await stated(({ source }) =>
    source.from('s', own, {}, { guarantee: 'at-most-once' }).to(sink.from(own, {}, { guarantee: 'exactly-once' })),
  )
  expect([sources[0]!.guarantee, ends[0]!.guarantee, endToEnd]).toEqual(['at-most-once', 'at-most-once', 'at-most-once'])
  expect(() => sink.from(own, {}, { guarantee: 'twice' as never })).toThrow(/guarantee=twice/)
  expect(() => sink.from({ kind: 'x' })).toThrow(/kind and create/)
})
