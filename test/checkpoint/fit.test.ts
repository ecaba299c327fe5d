import fc from 'fast-check'
import { expect, test } from 'vitest'
import { operatorOfChunk } from '../../src/checkpoint/chunk-name.ts'
import { fitToJob } from '../../src/checkpoint/fit.ts'
import type { ManifestOperator } from '../../src/checkpoint/job-identity.ts'
import type { Manifest } from '../../src/checkpoint/manifest.ts'
import { refsOf } from '../../src/checkpoint/retention.ts'
import { head } from '../storage/plain-fixtures.ts'

const operators: fc.Arbitrary<readonly ManifestOperator[]> = fc.uniqueArray(
  fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd', 'e'), kind: fc.constantFrom('scan', 'process'), isNamed: fc.boolean() }),
  { selector: ({ name }) => name },
)

/** A checkpoint in which every operator has state, and time of its own. */
function checkpointOf(names: readonly ManifestOperator[]): Manifest {
  const keys = names.flatMap(({ name }) => [`${name}/group/0`, `${name}/onError/instance/0`, `${name}/time/0`])
  const chunks = keys.map((key, ordinal) => ({ key, checkpoint: 1, ordinal, byteLength: 1, checksum: 0 }))
  return {
    ...head(1, { operators: names, graphFingerprint: 'before' }),
    formatVersion: 1,
    actors: [{ task: 't', index: 0, finished: false, chunks }],
  }
}

test('of a changed job: exactly what has a named operator of its kind is kept; anything else needs permission', () => {
  fc.assert(
    fc.property(operators, operators, (before, now) => {
      const manifest = checkpointOf(before)
      const job = { ...manifest, operators: now, graphFingerprint: 'after' }
      const fits = (name: string): boolean => {
        const [old, current] = [before, now].map((all) => all.find((operator) => operator.name === name))
        return current !== undefined && current.isNamed && old!.kind === current.kind
      }
      const keys = (fitted: Manifest): string[] => [...refsOf(fitted)].map(({ key }) => key)
      expect(keys(fitToJob(manifest, job, { allowRemovedState: true }))).toEqual(keys(manifest).filter((key) => fits(operatorOfChunk(key))))
      const strict = (): Manifest => fitToJob(manifest, job, { allowRemovedState: false })
      if (before.every(({ name }) => fits(name))) expect(keys(strict())).toEqual(keys(manifest))
      else expect(strict).toThrow(/holds state that the job has no place for/)
    }),
  )
})

test('time alone is no state: without an operator of that name it is left out, unasked', () => {
  const manifest = checkpointOf([{ name: 'filter-2', kind: 'filter', isNamed: false }])
  const [actor] = manifest.actors
  const timeOnly = { ...manifest, actors: [{ ...actor!, chunks: actor!.chunks.filter(({ key }) => key.includes('/time/')) }] }
  const fitted = fitToJob(timeOnly, { ...manifest, graphFingerprint: 'after' }, { allowRemovedState: false })
  expect([...refsOf(fitted)]).toEqual([])
})
