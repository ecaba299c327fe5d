import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { filesSink } from '../../actors/files-sink.ts'
import type { OperatorActor, OperatorContext, StateChunk } from '../../src/actor/contract.ts'
import { systemClock } from '../../src/core/clock.ts'
import { temporaryDir } from './temporary-dir.ts'

test('a file that another instance has finished outlives a kill before it is visible, whichever instance begins first', () => {
  const dir = temporaryDir()
  const spec = { dir, format: 'lines', name: 'part', roll: { bytes: 1e9, records: 1e9, everyMs: 1e9 }, openFilesMax: 10 }
  const instance = (index: number, parallelism: number, chunks: readonly StateChunk[]): OperatorActor => {
    const context = { index, parallelism, lineage: 'one', attempt: 1, operator: 'files', clock: systemClock } as unknown as OperatorContext
    const sink = filesSink.create!(spec, context)
    void sink.restore!(chunks.filter(({ scope, id }) => scope === 'all' || id % parallelism === index))
    void sink.open!()
    return sink
  }
  const snapshots = (checkpoint: number, sinks: readonly OperatorActor[]): StateChunk[] =>
    sinks.flatMap((sink) => {
      sink.flush?.(true)
      return [...(sink.snapshot!(checkpoint) as Iterable<StateChunk>)]
    })

  const two = [0, 1].map((index) => instance(index, 2, []))
  for (const [index, sink] of two.entries()) sink.process!(`of ${index}`, NaN)
  const first = snapshots(1, two)
  for (const sink of two) void sink.close!()
  // One instance takes over, and is killed when its checkpoint is complete, before its files are visible.
  const alone = instance(0, 1, first)
  const second = snapshots(2, [alone])
  void alone.close!()
  const again = [1, 0].map((index) => instance(index, 2, second))
  for (const sink of again) void sink.onEnd!()
  snapshots(3, again)
  for (const sink of again) void sink.onCheckpointComplete!(3, 0, { bytes: 0, newBytes: 0 } as never)
  const lines = readdirSync(dir)
    .filter((name) => name.startsWith('part-'))
    .flatMap((name) => readFileSync(join(dir, name), 'utf8').trim().split('\n'))
  expect(lines.toSorted()).toEqual(['of 0', 'of 1'])
})
