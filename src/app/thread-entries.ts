import { existsSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { MillraceError } from '../errors.ts'

/** Modules that threads begin with. Each is a URL, or a path. Only apps that were bundled need them: see docs/embedding.md. */
export interface EntryOptions {
  /** Default export of `millrace/worker`. */
  readonly workerEntry?: string | URL
  /** Imports `millrace/control`. */
  readonly controlEntry?: string | URL
  /** Imports `millrace/storage`. */
  readonly storageEntry?: string | URL
  /** Exports the job as default. Default: the module that called defineJob(). */
  readonly jobEntry?: string | URL
}

/** URLs. */
export interface ThreadEntries {
  readonly worker: string
  readonly control: string
  readonly storage: string
  readonly job: string
}

/** @throws MillraceError MR_OPTION_INVALID for what is no URL and no path, MR_ENTRY_MISSING where there is no such file */
export function threadEntries({ workerEntry, controlEntry, storageEntry, jobEntry }: EntryOptions, jobUrl: string): ThreadEntries {
  return {
    worker: existing('workerEntry', workerEntry, '../worker/piscina-task', '.cjs'),
    control: existing('controlEntry', controlEntry, '../control/entry'),
    storage: existing('storageEntry', storageEntry, '../storage/entry'),
    job: jobEntry === undefined ? jobUrl : existing('jobEntry', jobEntry, ''),
  }
}

function existing(option: string, given: string | URL | undefined, shipped: string, extension?: string): string {
  const url = given === undefined ? shippedUrl(shipped, extension) : urlOf(option, given)
  if (url !== null && (!url.startsWith('file:') || existsSync(fileURLToPath(url)))) return url
  const missing =
    given === undefined
      ? `the file of millrace that its default stands for is not beside ${import.meta.url ?? 'this bundle'}`
      : `${url} does not exist`
  throw new MillraceError('MR_ENTRY_MISSING', `${option}: ${missing}`)
}

function urlOf(option: string, given: string | URL): string {
  if (given instanceof URL) return given.href
  if (typeof given !== 'string' || given === '') {
    throw new MillraceError('MR_OPTION_INVALID', `${option}=${JSON.stringify(given)} is not a URL or a path`)
  }
  return /^[a-z][a-z+.-]+:/i.test(given) ? given : pathToFileURL(resolve(given)).href
}

/** Null in a bundle that does not know where it is. */
function shippedUrl(path: string, extension?: string): string | null {
  const here = import.meta.url as string | undefined
  return here?.startsWith('file:') ? new URL(path + (extension ?? extname(here)), here).href : null
}
