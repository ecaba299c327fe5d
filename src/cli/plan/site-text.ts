import { relative } from 'node:path'

/** `file:line:column` with the file relative to the working directory where that is shorter. */
export function siteText(site: string): string {
  const near = relative(process.cwd(), site)
  return near !== '' && near.length < site.length ? near : site
}
