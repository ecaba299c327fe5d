import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { projectFolder } from '../../bench/harness/project-folder.ts'
import { AllocatedBytes } from '../../bench/stages/allocated-bytes.ts'
import { attribute } from '../../bench/stages/attribute.ts'
import { cutProfile } from '../../bench/stages/cut-profile.ts'
import { figuresOf } from '../../bench/stages/figures.ts'
import { stageOfGenerated, stagesOfChainLines } from '../../bench/stages/generated-code.ts'
import { isOwner, matcher, MODULE_STAGES, OWNERS, stageOfFunction } from '../../bench/stages/modules.ts'
import type { CallFrame, ProfileNode, ThreadRecording } from '../../bench/stages/recording.ts'
import { STAGE_NAMES } from '../../bench/stages/stages.ts'
import { compileRun } from '../../src/graph/chain-code.ts'

/** Rooms whose code runs for records on worker threads. */
const HOT = ['src/actor', 'src/channel', 'src/codec', 'src/ring', 'src/state', 'src/time', 'actors']
const FALLBACK = 'src/*'

const modules = ['src', 'actors', 'bench'].flatMap((room) =>
  readdirSync(join(projectFolder(), room), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.c?ts$/.test(file))
    .map((file) => `${room}/${file.replaceAll('\\', '/').replace(/\.c?ts$/, '')}`),
)

const without = (pattern: string): string => pattern.split('#')[0]!

describe('the table of modules', () => {
  test('has a line for every module of the rooms that work on records', () => {
    const lines = MODULE_STAGES.filter(([pattern]) => pattern !== FALLBACK && !pattern.includes('#'))
    const missing = modules.filter(
      (module) => HOT.some((room) => module.startsWith(`${room}/`)) && !lines.some(([pattern]) => matcher(pattern)(module, '')),
    )
    expect(missing).toEqual([])
    expect(modules.filter((module) => stageOfFunction(module, '') === undefined && !module.startsWith('bench/'))).toEqual([])
  })

  test('has no line for what does not exist', () => {
    const patterns = [...MODULE_STAGES.map(([pattern]) => pattern), ...OWNERS]
    expect(patterns.filter((pattern) => !modules.some((module) => matcher(without(pattern))(module, '')))).toEqual([])
  })

  test('tells functions of one module apart', () => {
    expect(stageOfFunction('src/ring/doorbell', 'sleep')).toBe('idle')
    expect(stageOfFunction('src/ring/doorbell', 'ring')).toBe('cross')
    expect(stageOfFunction('bench/jobs/q0', 'eventTime')).toBe('make')
    expect(stageOfFunction('bench/jobs/q4', 'onTimer')).toBe('operate')
    expect(isOwner('src/actor/operators', 'snapshotInSteps') && !isOwner('src/actor/operators', 'flush')).toBe(true)
  })
})

const CHAIN = 'millrace://job/events%3Ekept%3Esum.combine#0'
/** Compiled as a job's chain is, so that a change of the generator shows here. */
const chainText = (() => {
  let text = ''
  const weave = (w: { spec(key: string): string; next(value: string): string }, value: string) =>
    `if (${w.spec('fn')}(${value})) {\n${w.next(value)}\n}`
  const actor = { process: () => {} }
  const run = compileRun(
    { id: 0, definition: { kind: 'source', weaveRow: (w, row) => `${w.spec('make')}(${row})` }, spec: { make: (n: number) => n } },
    [
      {
        id: 1,
        definition: { kind: 'filter', weave },
        spec: { fn: () => true },
        actor: null,
        next: [{ id: 2, definition: { kind: 'combine' }, spec: {}, actor, next: [] }],
      },
    ],
    { url: 'millrace://job/a', freeze: null, fail: (error) => error, generateCode: true },
  )
  text = `(function anonymous(c0,c1,c2\n) {\n'use strict'; return { "a": ${run.toString()} }["a"]\n})`
  return text
})()

describe('chains', () => {
  const stages = stagesOfChainLines(chainText, CHAIN)
  const lines = chainText.split('\n')
  const stageOf = (start: string): string | undefined => stages[lines.findIndex((line) => line.startsWith(start))]

  test('each line belongs to its operator', () => {
    expect(stageOf('for (')).toBe('loop')
    expect(stageOf('const v = c')).toBe('make')
    expect(stageOf('const ts')).toBe('make')
    expect(stages[lines.findIndex((line) => /^if \(c\d+\(v\)\)/.test(line))]).toBe('operate')
    expect(stages[lines.findIndex((line) => line.includes('.process('))]).toBe('combine')
    expect(stageOf('return largest')).toBe('loop')
  })

  test('other generated code has one stage', () => {
    expect(stageOfGenerated('millrace://state/ks%2Fsum.combine%2Fcombine#1')).toBe('combine')
    expect(stageOfGenerated('millrace://state/ks%2Fsum#3')).toBe('apply')
    expect(stageOfGenerated('millrace://codec/edge-0/encode#1')).toBe('encode')
    expect(stageOfGenerated('millrace://codec/channel-2/decode#9')).toBe('decode')
    expect(stageOfGenerated('millrace://codec/state/person/encode#2')).toBe('snapshot')
    expect(stageOfGenerated(CHAIN)).toBeNull()
  })
})

const frame = (functionName: string, module = '', lineNumber = 0, scriptId = '0'): CallFrame => ({
  functionName,
  url: module === '' || module.includes(':') ? module : `file:///x/dist/${module}.js`,
  lineNumber,
  scriptId,
})

const FRAMES = [
  ...[frame('turn', 'src/worker/worker-runtime'), frame('sleep', 'src/ring/doorbell'), frame('draw', 'bench/workloads/hash')],
  ...[frame('(garbage collector)'), frame('(idle)'), frame('(program)'), frame('processImmediate', 'node:internal/timers')],
  ...[frame('goOn', 'src/actor/snapshots'), frame('write', 'src/codec/frame-writer'), frame('mine', 'file:///elsewhere/job.js')],
  ...[frame('job/chain', CHAIN, 2, '7'), frame('measure', 'bench/stages/probe'), frame('pack', 'src/core/key-hash')],
]

/** Random trees with random samples. */
const profiles = fc
  .array(
    fc.record({
      frame: fc.nat(FRAMES.length - 1),
      parent: fc.nat(),
      line: fc.integer({ min: 1, max: 60 }),
      deltas: fc.array(fc.integer({ min: 1, max: 40_000 }), { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((drafts) => {
    const children = drafts.map((): number[] => [])
    drafts.forEach(({ parent }, i) => i > 0 && children[parent % i]!.push(i + 1))
    const nodes = drafts.map(({ frame: at, line, deltas }, i): ProfileNode => ({
      id: i + 1,
      callFrame: i === 0 ? frame('(root)') : FRAMES[at]!,
      children: children[i]!,
      positionTicks: [{ line, ticks: deltas.length }],
    }))
    const samples = drafts.flatMap(({ deltas }, i) => deltas.map((us) => ({ id: i + 1, us })))
    return { nodes, samples: samples.map(({ id }) => id), timeDeltas: samples.map(({ us }) => us) }
  })

const FUNCTIONS = { '7': [{ first: 3, last: 30 }] }

describe('attribution', () => {
  test('the stages sum to all time that was not of measuring, and so do the functions', () => {
    fc.assert(
      fc.property(profiles, (profile) => {
        const { us, totalUs, functions, lostUs } = attribute({ profile, sources: { '7': chainText }, functions: FUNCTIONS })
        const sum = STAGE_NAMES.reduce((all, stage) => all + us[stage], 0)
        expect(sum).toBeCloseTo(totalUs, 3)
        expect([...functions.values()].reduce((all, one) => all + one, 0)).toBeCloseTo(totalUs - lostUs, 3)
        expect(totalUs).toBeLessThanOrEqual(profile.timeDeltas.reduce((all, one) => all + one, 0))
      }),
    )
  })

  const times = (nodes: readonly ProfileNode[], functions = {}) =>
    attribute({
      profile: { nodes, samples: nodes.map(({ id }) => id), timeDeltas: nodes.map(() => 1) },
      sources: { '7': chainText },
      functions,
    }).us

  test('what serves several stages counts for its caller, and all below a snapshot for the snapshot', () => {
    const [root, make, snapshot] = [frame('(root)'), frame('bidOf', 'bench/workloads/events'), frame('goOn', 'src/actor/snapshots')]
    const us = times([
      { id: 1, callFrame: root, children: [2, 4, 6] },
      { id: 2, callFrame: make, children: [3] },
      { id: 3, callFrame: frame('draw', 'bench/workloads/hash') },
      { id: 4, callFrame: snapshot, children: [5] },
      { id: 5, callFrame: frame('write', 'src/codec/frame-writer') },
      { id: 6, callFrame: frame('write', 'src/codec/frame-writer') },
    ])
    expect(us).toMatchObject({ make: 2, snapshot: 2, encode: 1, other: 1 })
  })

  test('lines of functions that were inlined into a chain are theirs', () => {
    const inChain = (line: number, ticks: number) => ({ line, ticks })
    const nodes: ProfileNode[] = [
      { id: 1, callFrame: FRAMES[10]!, children: [2, 3], positionTicks: [inChain(45, 3), inChain(9, 1), inChain(55, 4)] },
      { id: 2, callFrame: frame('bidOf', 'bench/workloads/events', 39, '8') },
      { id: 3, callFrame: frame('addRecord', 'millrace://state/a.combine%2Fcombine#1', 49, '9') },
    ]
    const functions = { ...FUNCTIONS, '8': [{ first: 40, last: 47 }], '9': [{ first: 50, last: 57 }] }
    const profile = { nodes, samples: [1], timeDeltas: [800] }
    const { us, unsureUs } = attribute({ profile, sources: { '7': chainText }, functions })
    expect(us).toMatchObject({ make: 400, combine: 400 })
    expect(unsureUs).toBe(0)
  })

  test('a sample that comes far too late is time that nobody had', () => {
    const profile = { nodes: [{ id: 1, callFrame: FRAMES[0]! }], samples: [1, 1], timeDeltas: [500, 3_000_000] }
    const { us, lostUs } = attribute({ profile, sources: {}, functions: {} })
    expect(us).toMatchObject({ loop: 500, idle: 3_000_000 })
    expect(lostUs).toBe(3_000_000)
  })

  test('a window of a profile has as much time as the window', () => {
    const cut = cutProfile({ nodes: [], samples: [1, 2, 3, 4], timeDeltas: [100, 100, 100, 100] }, 150, 350)
    expect(cut).toEqual({ nodes: [], samples: [2, 3, 4], timeDeltas: [50, 100, 50] })
  })
})

test('figures are per record, and add up to the threads that there are', () => {
  const thread = (role: ThreadRecording['role'], functionName: string, module: string): ThreadRecording => ({
    role,
    wallUs: 1000,
    profile: { nodes: [{ id: 1, callFrame: frame(functionName, module) }], samples: [1], timeDeltas: [1000] },
    sources: {},
    functions: {},
    ...{ heapBytes: 5000, externalBytes: 0, gcUs: 100, gcCount: 1 },
  })
  const threads = [
    thread('worker', 'turn', 'src/worker/worker-runtime'),
    thread('worker', '(idle)', ''),
    thread('storage', 'commit', 'src/storage/checkpoint-store'),
    thread('app', '(idle)', ''),
  ]
  const figures = figuresOf({ query: 'q0', workers: 2, records: 1000, wallUs: 1000, cpuUs: 2500, checkpoints: 1, threads })
  expect(figures.ns).toMatchObject({ loop: 1000, idle: 1000, snapshot: 1000, other: 0 })
  expect(figures).toMatchObject({ totalNs: 3000, cpuNs: 2500, heapBytes: 10, gcShare: 0.1, recordsPerSecond: 1e6 })
})

test('allocated bytes are counted whether they are collected or not', () => {
  const allocated = new AllocatedBytes()
  const lists: number[][] = []
  allocated.start()
  for (let i = 0; i < 20_000; i++) lists[i % 100] = new Array<number>(125).fill(i)
  const { heapBytes } = allocated.stop()
  // 125 elements of 8 or 4 bytes, 32 bytes around them, some growth of what runs beside.
  expect(heapBytes).toBeGreaterThan(20_000 * 125 * 4)
  expect(heapBytes).toBeLessThan(20_000 * 125 * 8 * 2)
})
