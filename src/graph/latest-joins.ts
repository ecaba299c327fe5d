import { onlyKnown } from '../core/known-options.ts'
import { MillraceError } from '../errors.ts'
import { checkFunction } from './check-function.ts'
import { OPERATOR_OPTIONS, type OperatorOptions } from './graph-builder.ts'

/** Options of joins with the latest record, or the version, of another stream. */
export interface LatestJoinOptions<in U, J extends 'inner' | 'left' = 'inner'> extends OperatorOptions {
  /** 'left': records for which the other side has nothing have a result, too. Default 'inner'. */
  readonly type?: J
  /** Records of the other side for which this holds say that there is nothing for their key any more. Default: none. */
  readonly isDelete?: (record: U) => boolean
}

/** What a record is joined with: undefined where the other side has nothing for it. */
export type Latest<U, J> = J extends 'left' ? U | undefined : U

/** @throws MillraceError MR_OPTION_INVALID, MR_GRAPH_INVALID */
export function latestSpec(
  options: LatestJoinOptions<never, 'inner' | 'left'> | undefined,
  fn: unknown,
  operator: string,
  site: string,
): { readonly spec: Record<string, unknown>; readonly own: OperatorOptions } {
  onlyKnown(operator, options, { ...OPERATOR_OPTIONS, type: 1, isDelete: 1 }, site)
  const { type = 'inner', isDelete, ...own } = options ?? {}
  if (type !== 'inner' && type !== 'left')
    throw new MillraceError('MR_OPTION_INVALID', `${operator}: type=${String(type)} is not one of 'inner', 'left'`, { site })
  const spec = {
    type,
    fn: checkFunction(fn, operator),
    isDelete: isDelete === undefined ? null : checkFunction(isDelete, `isDelete of ${operator}`),
  }
  return { spec, own }
}
