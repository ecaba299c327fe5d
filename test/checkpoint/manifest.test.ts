import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findDamage, sealChunk } from '../../src/checkpoint/chunk.ts'
import { fitToJob } from '../../src/checkpoint/fit.ts'
import { CHECKPOINT_FORMAT_VERSION, decodeManifest, encodeManifest } from '../../src/checkpoint/manifest.ts'
import type { Manifest } from '../../src/checkpoint/manifest.ts'
import { findGarbage, refsOf } from '../../src/checkpoint/retention.ts'
import { CHECKPOINT_CHUNK_BYTES_MAX } from '../../src/limits.ts'

const count = fc.nat(1_000_000)
const manifests: fc.Arbitrary<Manifest> = fc.integer({ min: 1, max: 1_000_000 }).chain((id) => {
  const ref = fc.record({
    key: fc.string({ unit: 'binary' }),
    checkpoint: fc.integer({ min: 1, max: id }),
    ordinal: count,
    byteLength: count,
    checksum: fc.integer({ min: 0, max: 0xffff_ffff }),
  })
  const actor = fc.record({ task: fc.string(), index: fc.nat(100), finished: fc.boolean(), chunks: fc.array(ref, { maxLength: 4 }) })
  return fc.record({
    formatVersion: fc.constant(CHECKPOINT_FORMAT_VERSION),
    id: fc.constant(id),
    lineage: fc.string(),
    status: fc.constantFrom('complete' as const, 'finished' as const),
    createdMs: fc.nat(),
    jobName: fc.string(),
    graphFingerprint: fc.string(),
    keyHashVersion: count,
    keyGroups: fc.integer({ min: 1, max: 32_768 }),
    operators: fc.array(fc.record({ name: fc.string(), kind: fc.string(), isNamed: fc.boolean() }), { maxLength: 3 }),
    actors: fc.uniqueArray(actor, { maxLength: 5, selector: ({ task, index }) => `${task}#${index}` }),
  })
})

const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return (error as { code: string }).code
  }
  return 'nothing thrown'
}

describe('a manifest', () => {
  test('survives encoding', () => {
    fc.assert(fc.property(manifests, (manifest) => void expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest)))
  })

  test('that was cut or changed in any byte is an error with a code', () => {
    fc.assert(
      fc.property(manifests, fc.nat(), fc.nat(255), fc.boolean(), (manifest, at, byte, cut) => {
        const bytes = encodeManifest(manifest)
        const position = at % bytes.length
        fc.pre(cut || bytes[position] !== byte)
        const damaged = cut ? bytes.subarray(0, position) : bytes.with(position, byte)
        // A changed digit may be that of the format version.
        expect(codeOf(() => decodeManifest(damaged))).toMatch(cut ? /CORRUPT/ : /CORRUPT|INCOMPATIBLE/)
      }),
    )
  })

  test('that lacks a field, or has one of a wrong kind, is refused', () => {
    fc.assert(
      fc.property(manifests, fc.nat(), fc.constantFrom(undefined, null, -1, 1.5, 'x', [], {}), (manifest, at, wrong) => {
        const fields = Object.keys(manifest) as (keyof Manifest)[]
        const field = fields[at % fields.length]!
        fc.pre(!(typeof wrong === 'string' && typeof manifest[field] === 'string' && field !== 'status'))
        fc.pre(!(Array.isArray(wrong) && (field === 'actors' || field === 'operators')))
        fc.pre(!(field === 'createdMs' && typeof wrong === 'number'))
        const changed = encodeManifest({ ...manifest, [field]: wrong } as never)
        expect(['MR_STATE_CORRUPT', 'MR_STATE_INCOMPATIBLE']).toContain(codeOf(() => decodeManifest(changed)))
      }),
    )
  })

  test('of another format version is incompatible, not corrupt', () => {
    const [manifest] = fc.sample(manifests, 1)
    const other = new TextEncoder().encode(JSON.stringify({ ...manifest, formatVersion: 2, actors: 'as they like' }))
    expect(codeOf(() => decodeManifest(other))).toBe('MR_STATE_INCOMPATIBLE')
  })

  test('fits a job of the same name, hash version and key groups only', () => {
    const [manifest] = fc.sample(manifests, 1) as [Manifest]
    const strict = { allowRemovedState: true }
    expect(fitToJob(manifest, manifest, strict)).toBe(manifest)
    for (const change of [{ jobName: 'z1' }, { keyHashVersion: -1 }, { keyGroups: -1 }]) {
      const [field] = Object.keys(change) as [string]
      expect(() => fitToJob(manifest, { ...manifest, ...change }, strict)).toThrow(new RegExp(`${field}=`))
    }
    expect(fitToJob(manifest, { ...manifest, jobName: 'z1' }, { ...strict, anyJob: true })).toBe(manifest)
  })
})

describe('a chunk', () => {
  test('is found damaged by any changed bit, any other length, and when it is missing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 2000 }), fc.nat(), fc.nat(7), (bytes, at, bit) => {
        const ref = { ...sealChunk('k', bytes), byteLength: bytes.byteLength }
        expect(findDamage(ref, bytes)).toBeUndefined()
        const position = at % bytes.length
        expect(findDamage(ref, bytes.with(position, bytes[position]! ^ (1 << bit)))).toContain('checksum')
        expect(findDamage(ref, bytes.subarray(1))).toContain('bytes instead of')
        expect(findDamage(ref, undefined)).toBe('is missing')
      }),
    )
  })

  test('is bounded', () => {
    const huge = { byteLength: CHECKPOINT_CHUNK_BYTES_MAX + 1 } as Uint8Array
    expect(codeOf(() => sealChunk('k', huge))).toBe('MR_CHECKPOINT_FAILED')
  })
})

test('retention keeps the newest, and one that shares no chunk with the newest of all; it removes exactly the chunks that none of them refers to', () => {
  const ids = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 12 }).map((list) => list.sort((a, b) => a - b))
  fc.assert(
    fc.property(ids, fc.integer({ min: 1, max: 5 }), fc.infiniteStream(fc.nat(29)), (list, retained, numbers) => {
      const all = list.map((id): Manifest => {
        const refs = [...numbers.take(4)].map((n) => ({ key: 'k', checkpoint: (n % id) + 1, ordinal: n % 3, byteLength: 1, checksum: 0 }))
        const [head] = fc.sample(manifests, { numRuns: 1, seed: id }) as [Manifest]
        return { ...head, id, actors: [{ task: 't', index: 0, finished: false, chunks: refs }] }
      })
      const garbage = findGarbage(all, retained)
      const place = (ref: { checkpoint: number; ordinal: number }) => `${ref.checkpoint}/${ref.ordinal}`
      const places = (manifest: Manifest) => [...refsOf(manifest)].map(place)
      const newest = new Set(all.length === 0 ? [] : places(all.at(-1)!))
      const spares = all.slice(0, -1).filter((manifest) => !places(manifest).some((each) => newest.has(each)))
      const staying = new Set([...all.slice(-retained), ...(retained > 1 && all.length >= retained ? spares.slice(-1) : [])])
      expect(garbage.kept).toEqual(all.filter((manifest) => staying.has(manifest)))
      expect(garbage.manifests).toEqual(all.filter((manifest) => !staying.has(manifest)))
      const kept = new Set([...staying].flatMap(places))
      const removed = garbage.chunks.map(place)
      expect(new Set(removed).size).toBe(removed.length)
      for (const each of removed) expect(kept.has(each)).toBe(false)
      const every = new Set(all.flatMap((manifest) => [...refsOf(manifest)].map(place)))
      if (list.length > 0) expect(new Set([...kept, ...removed])).toEqual(every)
    }),
  )
})
