import { refuseOption } from '../../core/refuse-option.ts'

/** @throws MillraceError MR_OPTION_INVALID, which never has a password in its message */
export function checkUrl(what: string, given: unknown, protocols: readonly string[], site: string): void {
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : null
  if (url !== null && protocols.includes(url.protocol) && url.username === '' && url.password === '') return
  const wanted = `an address of ${protocols.join(' or ')} without user and password`
  refuseOption(`url of ${what}`, url === null ? given : shownUrl(url), wanted, { site })
}

/** Without what may be secret. */
export function shownUrl({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`
}
