import type { RowCheck } from '../workloads/row-hash.ts'
import type { Span } from '../workloads/span.ts'

/** A query as a plain loop on one thread: makes the records of the span, applies the query, hashes the rows. */
export type Loop = (span: Span) => RowCheck
