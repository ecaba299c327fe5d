import { COLUMNS_PER_SHAPE_MAX, SHAPE_CANDIDATES_MAX } from '../limits.ts'
import { KIND, KIND_COUNT, joinKinds, kindOf } from './kind.ts'
import type { Kind } from './kind.ts'
import { assertSerializable } from './plain-value.ts'
import type { RecordContext } from './plain-value.ts'
import { isPlainRecord } from './row-writer-interpreted.ts'
import { areAlike, createField } from './schema.ts'
import type { ShapeSchema } from './schema.ts'

/** What occurs so seldom (less than one row in 64) does not widen a column: those records are packed one by one. */
const RARE_SHIFT = 6

/** How often each kind was seen in one field. */
class FieldTally {
  readonly kinds = new Uint32Array(KIND_COUNT)
  nothing = 0

  add(value: unknown): void {
    if (value === null || value === undefined) this.nothing++
    else this.kinds[kindOf(value)]!++
  }

  kind(rare: number): Kind {
    let kind: Kind = KIND.none
    for (let seen = 0; seen < KIND_COUNT; seen++) {
      if (this.kinds[seen]! > rare) kind = joinKinds(kind, seen as Kind)
    }
    return kind
  }
}

interface Candidate {
  readonly keys: readonly string[] | null
  readonly fields: readonly FieldTally[]
  rows: number
}

/**
 * The shapes that are worth columns among records[from..to), most frequent first: one per list of keys, and one for records that are
 * not objects. The records are checked to be plain data. Throws MR_RECORD_NOT_SERIALIZABLE.
 */
export function observeShapes(records: readonly unknown[], from: number, to: number, context: RecordContext): ShapeSchema[] {
  const candidates = new Map<string, Candidate>()
  for (let i = from; i < to; i++) {
    assertSerializable(records[i], context)
    observe(records[i], candidates)
  }
  return worthwhile([...candidates.values()], to - from)
    .sort((a, b) => b.rows - a.rows)
    .map(schemaOf)
    .filter((shape) => !(shape.whole && shape.fields[0]!.kind === KIND.any))
}

/**
 * The frequent candidates; if these leave many rows over, also those that are like another one: records with optional fields come in
 * so many lists of keys that each is rare.
 */
function worthwhile(candidates: readonly Candidate[], rows: number): Candidate[] {
  const rare = rows >> RARE_SHIFT
  const frequent = candidates.filter((candidate) => candidate.rows > rare)
  const covered = frequent.reduce((sum, candidate) => sum + candidate.rows, 0)
  if (rows - covered <= rare) return frequent
  return candidates.filter((one) => one.rows > rare || candidates.some((other) => other !== one && areAlike(one.keys, other.keys)))
}

function observe(record: unknown, candidates: Map<string, Candidate>): void {
  const keys = isPlainRecord(record) ? Object.keys(record) : null
  if (keys !== null && (keys.length > COLUMNS_PER_SHAPE_MAX || keys.includes('__proto__'))) return
  const signature = keys === null ? 'whole' : JSON.stringify(keys)
  let candidate = candidates.get(signature)
  if (candidate === undefined) {
    if (candidates.size === SHAPE_CANDIDATES_MAX) return
    candidate = { keys, fields: (keys ?? ['']).map(() => new FieldTally()), rows: 0 }
    candidates.set(signature, candidate)
  }
  candidate.rows++
  if (keys === null) candidate.fields[0]!.add(record)
  else keys.forEach((key, i) => candidate.fields[i]!.add((record as Record<string, unknown>)[key]))
}

function schemaOf(candidate: Candidate): ShapeSchema {
  const rare = candidate.rows >> RARE_SHIFT
  const names = candidate.keys ?? ['']
  return {
    whole: candidate.keys === null,
    fields: candidate.fields.map((tally, i) => createField(names[i]!, tally.kind(rare), tally.nothing > rare, false)),
  }
}
