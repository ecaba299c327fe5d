import type { OpenedTable } from './opened-table.ts'

/**
 * Opens a table that a job writes, or wrote, with `sink.table`, to read it: from any process, while the job runs. A run of this process must have been launched before, or
 * begin after `close()`.
 *
 * @throws MillraceError MR_PATH_UNUSABLE when there is none, MR_STATE_INCOMPATIBLE when it is one of another format
 */
export async function openTable<T = unknown>(path: string): Promise<OpenedTable<T>> {
  // Only whoever calls this needs the database: it is native code, and every thread of a run imports millrace for its job.
  const { openedTable } = await import('./opened-table.ts')
  return openedTable<T>(path)
}
