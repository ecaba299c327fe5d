import { SHAPES_PER_BATCH_MAX, SHAPE_IDLE_BATCHES_MAX } from '../limits.ts'
import { areAlike, covers, joinShapes, likeness, namesOf, sameFields } from './schema.ts'
import type { ShapeSchema } from './schema.ts'

/** A learnt shape in use. */
export interface LearntShape {
  readonly schema: ShapeSchema
  /** Batches since it last had a row. */
  readonly idleBatches: number
}

/**
 * The shapes of an edge after `seen` were observed: known ones widened, new ones added. When there would be more than
 * SHAPES_PER_BATCH_MAX, the two most alike become one with absentable fields; if none are alike, a shape long unused gives way; else
 * the newcomer is left out. A shape that did not change is the same object as before.
 */
export function adaptShapes(learnt: readonly LearntShape[], seen: readonly ShapeSchema[]): ShapeSchema[] {
  const shapes = learnt.map((shape) => shape.schema)
  const idle = new Map(learnt.map((shape) => [shape.schema, shape.idleBatches]))
  for (const shape of seen) {
    const same = shapes.findIndex((known) => sameFields(known, shape))
    if (same >= 0) {
      if (!covers(shapes[same]!, shape)) shapes[same] = joinShapes(shapes[same]!, shape)!
    } else if (!isCovered(shapes, shape)) admit(shapes, shape, idle)
  }
  return shapes
}

/** True if a shape with absentable fields takes these records already. */
function isCovered(shapes: readonly ShapeSchema[], shape: ShapeSchema): boolean {
  return shapes.some((known) => {
    const joined = joinShapes(known, shape)
    return joined !== null && sameFields(joined, known) && covers(known, joined)
  })
}

function admit(shapes: ShapeSchema[], shape: ShapeSchema, idle: ReadonlyMap<ShapeSchema, number>): void {
  shapes.push(shape)
  if (shapes.length <= SHAPES_PER_BATCH_MAX) return
  if (joinMostAlike(shapes)) return
  const unused = shapes.findIndex((known) => (idle.get(known) ?? 0) > SHAPE_IDLE_BATCHES_MAX)
  shapes.splice(unused >= 0 ? unused : shapes.length - 1, 1)
}

function joinMostAlike(shapes: ShapeSchema[]): boolean {
  let best: { i: number; j: number; joined: ShapeSchema; likeness: number } | undefined
  const names = shapes.map(namesOf)
  for (let i = 0; i < shapes.length; i++) {
    for (let j = i + 1; j < shapes.length; j++) {
      if (!areAlike(names[i]!, names[j]!)) continue
      const alike = likeness(names[i]!, names[j]!)
      const joined = alike > (best?.likeness ?? 0) ? joinShapes(shapes[i]!, shapes[j]!) : null
      if (joined !== null) best = { i, j, joined, likeness: alike }
    }
  }
  if (best === undefined) return false
  shapes[best.i] = best.joined
  shapes.splice(best.j, 1)
  return true
}
