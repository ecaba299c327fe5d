import type postgres from 'postgres'
import { jsonText } from '../../core/json-text.ts'
import { POSTGRES_ROWS_OF_INSERT_MAX, POSTGRES_TRANSACTIONS_KEPT_MS } from '../limits.ts'
import type { PreparedTransaction, TwoPhaseCommit } from '../../graph/two-phase-sink.ts'
import { type TableTarget, insertRows, quotedTable } from './statements.ts'

/** Rows as JSON arrays, which a checkpoint keeps until they are committed. */
type Rows = string[]

/**
 * Rows of a checkpoint, with its transaction's id in a table of the same database, in one transaction: committing it again finds the id, and does nothing. Until then the rows are in the
 * checkpoint: so nothing is open in the database between two checkpoints, and nothing is left there by whoever dies.
 */
export class PostgresTransactions<T> implements TwoPhaseCommit<T, Rows, Rows> {
  readonly #sql: postgres.Sql
  readonly #target: TableTarget
  readonly #idsTable: string

  private constructor(sql: postgres.Sql, target: TableTarget, idsTable: string) {
    this.#sql = sql
    this.#target = target
    this.#idsTable = quotedTable(idsTable)
  }

  static async open<T>(sql: postgres.Sql, target: TableTarget, idsTable: string): Promise<PostgresTransactions<T>> {
    const transactions = new PostgresTransactions<T>(sql, target, idsTable)
    await transactions.#prepareIds()
    return transactions
  }

  begin(): Rows {
    return []
  }

  write(rows: Rows, records: readonly T[]): void {
    for (let from = 0; from < records.length; from += POSTGRES_ROWS_OF_INSERT_MAX)
      rows.push(jsonText(records.slice(from, from + POSTGRES_ROWS_OF_INSERT_MAX)))
  }

  prepare(rows: Rows): Rows {
    return rows
  }

  async commit({ id, prepared }: PreparedTransaction<Rows>): Promise<void> {
    await this.#sql.begin(async (transaction) => {
      const taken = await transaction.unsafe(`INSERT INTO ${this.#idsTable} (id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id`, [id])
      if (taken.length === 0) return
      for (const rows of prepared) await transaction.unsafe(insertRows(this.#target), [rows])
    })
  }

  close(): Promise<void> {
    return this.#sql.end({ timeout: 5 })
  }

  /** Makes the table of ids, once, and forgets those that no checkpoint holds any more. */
  async #prepareIds(): Promise<void> {
    const [there] = await this.#sql.unsafe('SELECT to_regclass($1) IS NOT NULL AS made', [this.#idsTable])
    if (there!['made'] !== true) await this.#makeIds()
    const keptSeconds = POSTGRES_TRANSACTIONS_KEPT_MS / 1000
    // By the newest of the same writer, not by the clock: the checkpoint of a job that was stopped for long still has its last ones.
    await this.#sql.unsafe(`DELETE FROM ${this.#idsTable} old WHERE committed_at < (SELECT max(committed_at) FROM ${this.#idsTable} own
      WHERE regexp_replace(own.id, '[^-]*$', '') = regexp_replace(old.id, '[^-]*$', '')) - interval '${keptSeconds} seconds'`)
  }

  /** Asked for only where it is missing: that takes the right to make tables. */
  async #makeIds(): Promise<void> {
    try {
      const columns = 'id text PRIMARY KEY, committed_at timestamptz NOT NULL DEFAULT now()'
      await this.#sql.unsafe(`CREATE TABLE IF NOT EXISTS ${this.#idsTable} (${columns})`)
    } catch (error) {
      // Two that make it at the same time: one fails, though it is there then.
      if (!['23505', '42P07'].includes((error as { code?: string }).code ?? '')) throw error
    }
  }
}
