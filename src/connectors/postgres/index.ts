/**
 * `millrace/postgres`: tables of PostgreSQL as sinks. Needs the package `postgres`.
 *
 * @module
 */
import type postgres from 'postgres'
import { jsonText } from '../../core/json-text.ts'
import type { Key } from '../../core/key.ts'
import { onlyKnown } from '../../core/known-options.ts'
import { refuseOption } from '../../core/refuse-option.ts'
import { POSTGRES_ROWS_OF_INSERT_MAX } from '../limits.ts'
import * as check from '../../graph/check-sink.ts'
import { type SinkSpec, sink } from '../../graph/sinks.ts'
import { definitionSite } from '../../graph/site.ts'
import type { UpsertChangesOptions, UpsertOptions } from '../../graph/upsert-sink.ts'
import { type PostgresConnection, checkConnection, connect } from './connection.ts'
import { type TableTarget, checkTarget, deleteRows, upsertRows } from './statements.ts'
import { PostgresTransactions } from './transactions.ts'

export type { PostgresConnection } from './connection.ts'
export type { TableTarget } from './statements.ts'

export interface PostgresSinkOptions extends TableTarget {
  readonly connection: PostgresConnection
  /** Table in which the sink keeps the ids of what it has committed, made if it is missing; several sinks may share it. Default 'millrace_transactions'. */
  readonly transactionsTable?: string
  /** A commit that takes longer has failed. Default 60,000. */
  readonly timeoutMs?: number
}

interface PostgresUpsertSettings extends TableTarget {
  readonly connection: PostgresConnection
  /** Columns that tell rows apart, with a unique index on them: the key's column, or columns, in the order of its parts. */
  readonly keyColumns: readonly string[]
}

type UpsertRules = 'key' | 'batchRecords' | 'inFlight' | 'timeoutMs' | 'retry' | 'changes'

export interface PostgresUpsertOptions<T> extends PostgresUpsertSettings, Pick<UpsertOptions<T>, UpsertRules | 'removes'> {}

/** For what `changes()` of a Table gives. */
export interface PostgresUpsertChangesOptions<T> extends PostgresUpsertSettings, Pick<UpsertChangesOptions<T>, UpsertRules> {}

const SINK_OPTIONS = { connection: 1, table: 1, columns: 1, transactionsTable: 1, timeoutMs: 1 } as const
const UPSERT_OPTIONS = { key: 1, removes: 1, changes: 1, batchRecords: 1, inFlight: 1, timeoutMs: 1, retry: 1 } as const

/**
 * Each record a new row, once: rows of a checkpoint become visible together when it is complete, in one transaction for each instance.
 *
 * @throws MillraceError MR_OPTION_INVALID; the run fails with MR_PACKAGE_MISSING where the client is not installed
 */
export function postgresSink<T extends object>(options: PostgresSinkOptions): SinkSpec<T> {
  const site = definitionSite(postgresSink)
  onlyKnown('postgresSink', options, SINK_OPTIONS, site)
  const { connection, table, columns, transactionsTable = 'millrace_transactions', timeoutMs } = options
  checkConnection('postgresSink', connection, site)
  checkTarget('postgresSink', options, site)
  checkTarget('postgresSink (transactionsTable)', { table: transactionsTable, columns: ['id'] }, site)
  const open = async (): Promise<PostgresTransactions<T>> => {
    const sql = await connect(connection, 1)
    try {
      return await PostgresTransactions.open(sql, { table, columns }, transactionsTable)
    } catch (error) {
      await sql.end({ timeout: 1 })
      throw error
    }
  }
  return sink.twoPhaseCommit(open, { batchRecords: POSTGRES_ROWS_OF_INSERT_MAX, ...(timeoutMs !== undefined && { timeoutMs }) })
}

/**
 * The newest row of each key: INSERT ... ON CONFLICT DO UPDATE, and DELETE for rows that are gone. Effectively once. Rows become visible as they are written.
 *
 * @throws MillraceError MR_OPTION_INVALID; the run fails with MR_PACKAGE_MISSING where the client is not installed
 */
export function postgresUpsert<T>(options: PostgresUpsertChangesOptions<T>): SinkSpec<T>
export function postgresUpsert<T>(options: PostgresUpsertOptions<T>): SinkSpec<T>
export function postgresUpsert<T>(options: PostgresUpsertOptions<T> | PostgresUpsertChangesOptions<T>): SinkSpec<T> {
  const site = definitionSite(postgresUpsert)
  onlyKnown('postgresUpsert', options as object, { connection: 1, table: 1, columns: 1, keyColumns: 1, ...UPSERT_OPTIONS } as object, site)
  const { connection, table, columns, keyColumns, ...rules } = options
  const target = { table, columns }
  checkConnection('postgresUpsert', connection, site)
  checkTarget('postgresUpsert', target, site)
  check.columns('postgresUpsert (keyColumns)', keyColumns)
  if (keyColumns === undefined || !keyColumns.every((column) => columns.includes(column)))
    refuseOption('keyColumns of postgresUpsert', JSON.stringify(keyColumns), 'a list of some of its columns', { site })
  let opened: Promise<postgres.Sql> | null = null
  const write = async (rows: readonly (readonly [Key, unknown])[]): Promise<void> => {
    opened ??= connect(connection, rules.inFlight ?? 4)
    await writeRows(await opened, target, keyColumns, rows)
  }
  return sink.upsert({ ...(rules as UpsertOptions<T>), write })
}

async function writeRows(
  sql: postgres.Sql,
  target: TableTarget,
  keyColumns: readonly string[],
  rows: readonly (readonly [Key, unknown])[],
): Promise<void> {
  const there = rows.flatMap(([, row]) => (row === null ? [] : [row]))
  const gone = rows.flatMap(([key, row]) => (row === null ? [keyRow(keyColumns, key)] : []))
  if (there.length > 0) await sql.unsafe(upsertRows(target, keyColumns), [jsonText(there)])
  if (gone.length > 0) await sql.unsafe(deleteRows(target, keyColumns), [jsonText(gone)])
}

function keyRow(columns: readonly string[], key: Key): Record<string, unknown> {
  const parts: readonly unknown[] = Array.isArray(key) ? key : [key]
  return Object.fromEntries(columns.map((column, i) => [column, parts[i]]))
}
