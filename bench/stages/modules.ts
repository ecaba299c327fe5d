import type { FrameStage } from './stages.ts'

/**
 * Which stage the functions of a module belong to. Paths within the build, without extension; `*` stands for any characters; behind `#` the name of a function. The first line that fits
 * counts. A module that serves several stages is its caller's.
 */
export const MODULE_STAGES: readonly (readonly [string, FrameStage])[] = [
  ['bench/jobs/*#eventTime', 'make'],
  ['bench/jobs/made-clock', 'make'],
  ['bench/jobs/*', 'operate'],
  ['bench/workloads/hash', 'caller'],
  ['bench/workloads/row*', 'operate'],
  ['bench/workloads/*', 'make'],
  ['bench/stages/*', 'probe'],

  ['actors/*source', 'make'],
  ['actors/generator-rows', 'make'],
  ['actors/pace', 'make'],
  ['actors/split-reader', 'make'],
  ['actors/f*', 'make'],
  ['actors/*line*', 'make'],
  ['actors/csv-rows', 'make'],
  ['actors/*combine', 'combine'],
  ['actors/careful-aggregates', 'caller'],
  ['actors/partition', 'cross'],
  ['actors/time-buckets', 'cross'],
  ['actors/checkpointing', 'snapshot'],
  ['actors/actor-context', 'caller'],
  ['actors/*key', 'caller'],
  ['actors/key-selector', 'caller'],
  ['actors/chain', 'operate'],
  ['actors/branch', 'operate'],
  ['actors/counting', 'operate'],
  ['actors/*sink*', 'operate'],
  ['actors/stream-target', 'operate'],
  ['actors/part-*', 'operate'],
  ['actors/*-table', 'operate'],
  ['actors/table-text', 'operate'],
  ['actors/blocking-write', 'operate'],
  ['actors/map-async', 'operate'],
  ['actors/lookup', 'operate'],
  ['actors/patient-calls', 'operate'],
  ['actors/prioritize', 'operate'],
  ['actors/merge-by-time', 'operate'],
  ['actors/registry', 'other'],
  ['actors/*', 'apply'],

  ['src/actor/operators#snapshot*', 'snapshot'],
  ['src/actor/actor##takeSnapshot', 'snapshot'],
  ['src/actor/snapshots', 'snapshot'],
  ['src/actor/alignment', 'snapshot'],
  ['src/actor/actor-time', 'time'],
  ['src/actor/latency-markers', 'time'],
  ['src/actor/drift', 'time'],
  ['src/actor/restored-watermark', 'time'],
  ['src/actor/record-guard', 'operate'],
  ['src/actor/dead-letter', 'operate'],
  ['src/actor/failure-window', 'operate'],
  ['src/actor/path-error', 'operate'],
  ['src/actor/place', 'operate'],
  ['src/actor/*', 'loop'],

  ['src/channel/*', 'cross'],
  ['src/ring/doorbell#sleep*', 'idle'],
  ['src/ring/*', 'cross'],

  ['src/codec/*decode*', 'decode'],
  ['src/codec/*reader', 'decode'],
  ['src/codec/string-slices', 'decode'],
  ['src/codec/own-string', 'caller'],
  ['src/codec/*', 'encode'],

  ['src/core/*', 'caller'],

  ['src/state/combiner-table', 'combine'],
  ['src/state/session-combiner', 'combine'],
  ['src/state/partial-rows', 'combine'],
  ['src/state/*-image*', 'snapshot'],
  ['src/state/*chunk*', 'snapshot'],
  ['src/state/*-changes', 'snapshot'],
  ['src/state/*-snapshot', 'snapshot'],
  ['src/state/change-stamps', 'snapshot'],
  ['src/state/removed-keys', 'snapshot'],
  ['src/state/accumulator-*', 'caller'],
  ['src/state/row-aggregator', 'caller'],
  ['src/state/key-*', 'caller'],
  ['src/state/short-text-index', 'caller'],
  ['src/state/slot-groups', 'caller'],
  ['src/state/own-value', 'caller'],
  ['src/state/*', 'apply'],

  ['src/time/timer-chunks', 'snapshot'],
  ['src/time/timer*', 'time'],
  ['src/time/*watermark*', 'time'],
  ['src/time/aligned-source', 'time'],
  ['src/time/call-queue', 'operate'],
  ['src/time/priority-buffer', 'operate'],
  ['src/time/*', 'apply'],

  ['src/worker/build-*', 'loop'],
  ['src/worker/worker-runtime', 'loop'],
  ['src/worker/loop', 'loop'],
  ['src/worker/ready-set', 'loop'],
  ['src/worker/wak*', 'loop'],
  ['src/worker/record-count', 'loop'],
  ['src/worker/inbound', 'cross'],
  ['src/worker/wire-worker', 'cross'],
  ['src/worker/frame-probe', 'cross'],
  ['src/worker/capture-frames', 'cross'],
  ['src/worker/working-port', 'apply'],
  ['src/worker/table-port', 'operate'],
  ['src/worker/*chunk*', 'snapshot'],
  ['src/worker/restored-state', 'snapshot'],
  ['src/worker/stored-state', 'snapshot'],
  ['src/worker/worker-events', 'snapshot'],
  ['src/worker/cpu-profiler', 'probe'],
  ['src/worker/*', 'other'],

  ['src/checkpoint/*', 'snapshot'],
  ['src/storage/*', 'snapshot'],
  ['src/graph/chain-closures', 'operate'],
  ['src/*', 'other'],
]

/** What these call belongs to them, whatever it is: state is encoded by the same code as records. */
export const OWNERS: readonly string[] = ['src/actor/snapshots', 'src/actor/operators#snapshot*', 'src/worker/chunk-key']

const compiled = MODULE_STAGES.map(([pattern, stage]) => ({ matches: matcher(pattern), stage }))
const owners = OWNERS.map(matcher)

/** @returns undefined for what is no module of the build */
export function stageOfFunction(module: string, functionName: string): FrameStage | undefined {
  return compiled.find(({ matches }) => matches(module, functionName))?.stage
}

export function isOwner(module: string, functionName: string): boolean {
  return owners.some((matches) => matches(module, functionName))
}

export function matcher(pattern: string): (module: string, functionName: string) => boolean {
  const cut = pattern.indexOf('#')
  const path = expression(cut < 0 ? pattern : pattern.slice(0, cut))
  const name = cut < 0 ? undefined : expression(pattern.slice(cut + 1))
  return (module, functionName) => path.test(module) && (name === undefined || name.test(functionName))
}

function expression(pattern: string): RegExp {
  const literal = pattern.replaceAll(/[$()+./?[\\\]^{|}-]/g, '\\$&')
  return new RegExp(`^${literal.replaceAll('*', '.*')}$`)
}
