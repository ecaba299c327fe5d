import { MillraceError } from '../errors.ts'

/**
 * @param wanted what the option may be, for the message: 'a number above 0'
 * @throws MillraceError MR_OPTION_INVALID, always
 */
export function refuseOption(
  name: string,
  value: unknown,
  wanted: string,
  where: { readonly operator?: string; readonly site?: string } = {},
): never {
  throw new MillraceError('MR_OPTION_INVALID', `${name}=${shownValue(value)} is not ${wanted}`, where)
}

/** A value in a message: texts in quotes. */
export function shownValue(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
