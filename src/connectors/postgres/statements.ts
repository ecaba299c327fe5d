import { refuseOption } from '../../core/refuse-option.ts'

/** Where rows go: a table and its columns. The fields of a record have the names of the columns. */
export interface TableTarget {
  /** 'orders', or with its schema 'shop.orders'. */
  readonly table: string
  /** Columns that are written, by fields of the same names; what a record lacks becomes NULL. Others get their defaults. */
  readonly columns: readonly string[]
}

/** The longest identifier that PostgreSQL has, in bytes. */
const NAME_BYTES_MAX = 63

/** @throws MillraceError MR_OPTION_INVALID */
export function checkTarget(what: string, { table, columns }: TableTarget, site: string): void {
  if (typeof table !== 'string' || table.split('.').length > 2 || !table.split('.').every(isName))
    refuseOption(`table of ${what}`, table, `a name, or 'schema.name'`, { site })
  if (!Array.isArray(columns) || columns.length === 0 || !columns.every(isName) || new Set(columns).size < columns.length)
    refuseOption(`columns of ${what}`, JSON.stringify(columns), 'a list of different names', { site })
}

function isName(name: unknown): boolean {
  return typeof name === 'string' && name !== '' && !name.includes('\0') && Buffer.byteLength(name) <= NAME_BYTES_MAX
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function quotedTable(table: string): string {
  return table.split('.').map(quoted).join('.')
}

const listOf = (columns: readonly string[], prefix = ''): string => columns.map((column) => prefix + quoted(column)).join(', ')

/** Rows as JSON in one parameter: the server itself makes values of the columns' types. */
function rowsOf(table: string): string {
  return `jsonb_populate_recordset(NULL::${quotedTable(table)}, $1::text::jsonb)`
}

export function insertRows({ table, columns }: TableTarget): string {
  return `INSERT INTO ${quotedTable(table)} (${listOf(columns)}) SELECT ${listOf(columns)} FROM ${rowsOf(table)}`
}

export function upsertRows(target: TableTarget, key: readonly string[]): string {
  const others = target.columns.filter((column) => !key.includes(column))
  const change =
    others.length === 0 ? 'NOTHING' : `UPDATE SET ${others.map((column) => `${quoted(column)} = EXCLUDED.${quoted(column)}`).join(', ')}`
  return `${insertRows(target)} ON CONFLICT (${listOf(key)}) DO ${change}`
}

export function deleteRows({ table }: TableTarget, key: readonly string[]): string {
  const equal = key.map((column) => `t.${quoted(column)} = gone.${quoted(column)}`).join(' AND ')
  return `DELETE FROM ${quotedTable(table)} AS t USING ${rowsOf(table)} AS gone WHERE ${equal}`
}
