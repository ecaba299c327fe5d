import type { FailureData } from '../../core/failure.ts'
import type { TableState, TableTransaction } from '../../state/tables/table-store.ts'

/**
 * Tables that sinks commit.
 *
 * ```
 *  worker --table-begin | table-commit--> storage --table-done--> worker
 * ```
 */
export type TableMessage = TableBegin | TableCommit

interface TableRequest {
  readonly attempt: number
  /** Told again by the answer. */
  readonly request: number
  /** Folder of the table. */
  readonly path: string
  readonly lineage: string
}

interface TableBegin extends TableRequest {
  readonly type: 'table-begin'
  readonly from: TableState | null
}

interface TableCommit extends TableRequest {
  readonly type: 'table-commit'
  readonly transaction: TableTransaction
}

export interface TableAnswer {
  readonly type: 'table-done'
  readonly request: number
  readonly failure: FailureData | null
}
