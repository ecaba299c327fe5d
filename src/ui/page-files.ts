import { readFile } from 'node:fs/promises'
import { Refused } from './access.ts'
import { MillraceError } from '../errors.ts'

/** Where the build puts the page (scripts/build-ui.js), seen from this module's own place in the package. */
const FOLDER = '../../ui/'

/** What the page consists of, and no other file: what is asked for is never part of a path. */
export const PAGE_FILES = {
  'index.html': 'text/html; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
} as const

export type PageFile = keyof typeof PAGE_FILES

/** @throws Refused 503 where it was not built, with MR_UI_PAGE_MISSING as cause */
export async function readPageFile(name: PageFile): Promise<string> {
  try {
    return await readFile(new URL(FOLDER + name, import.meta.url), 'utf8')
  } catch (cause) {
    const missing = new MillraceError('MR_UI_PAGE_MISSING', 'The page of the dashboard was not found', { cause })
    throw new Refused(503, `${missing.message}. ${missing.remedy}`, { cause: missing })
  }
}
