import type { QueryName } from '../loops/registry.ts'
import type { RowCheck } from '../workloads/row-hash.ts'
import type { Span } from '../workloads/span.ts'

/** What the file queries.ts of a library's folder exports. */
export interface Library {
  /** What the library can say sensibly: each makes the records of the span and hashes the rows. */
  readonly queries: Partial<Record<QueryName, (span: Span) => Promise<RowCheck>>>
  /** Starts what the queries need, outside of the measured time. */
  readonly open?: () => Promise<void>
  readonly close?: () => Promise<void>
}

export const LIBRARIES = ['rxjs', 'node-stream', 'piscina'] as const
export type LibraryName = (typeof LIBRARIES)[number]

/** @throws when the library is not installed. */
export async function loadLibrary(name: LibraryName, extension: string): Promise<Library> {
  return (await import(new URL(`${name}/queries${extension}`, import.meta.url).href)) as Library
}
