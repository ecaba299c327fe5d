import { MillraceError } from '../errors.ts'

/** @throws MillraceError MR_GRAPH_INVALID naming the operator that wants it */
export function checkFunction<F>(fn: F, operator: string): F {
  if (typeof fn !== 'function') throw new MillraceError('MR_GRAPH_INVALID', `${operator} takes a function, got ${typeof fn}`)
  return fn
}
