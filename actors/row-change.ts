/** How a sink of rows by key reads its records. */
export interface RowRules {
  readonly key: (record: unknown) => unknown
  readonly removes?: (record: unknown) => unknown
  /** Records are changes of a Table. */
  readonly changes: boolean
}

/** The row of a key: the new one, or null where it is removed. */
export interface RowChange {
  readonly key: unknown
  readonly row: unknown
}

interface TableChange {
  readonly kind: 'insert' | 'update-before' | 'update-after' | 'delete'
  readonly row: unknown
}

/** What a record says of a row; null: nothing. */
export function rowChangeOf({ key, removes, changes }: RowRules, record: unknown): RowChange | null {
  if (!changes) return { key: key(record), row: removes?.(record) === true ? null : record }
  const { kind, row } = record as TableChange
  return kind === 'update-before' ? null : { key: key(row), row: kind === 'delete' ? null : row }
}
