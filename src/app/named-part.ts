import { MillraceError } from '../errors.ts'

/** @throws MillraceError MR_OPTION_INVALID with the names that there are */
export function named<T>(all: ReadonlyMap<string, T>, name: string, what: string): T {
  const found = all.get(name)
  if (found === undefined)
    throw new MillraceError('MR_OPTION_INVALID', `The job has no ${what} "${name}". It has: ${[...all.keys()].join(', ') || 'none'}`)
  return found
}
