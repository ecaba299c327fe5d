import type postgres from 'postgres'
import { loadPackage } from '../../actor/optional-package.ts'
import { onlyKnown } from '../../core/known-options.ts'
import { refuseOption } from '../../core/refuse-option.ts'

/** How to reach a database. Never part of logs, explanations or checkpoints. */
export interface PostgresConnection {
  readonly host: string
  /** Default 5432. */
  readonly port?: number
  readonly database: string
  readonly user: string
  /** A text, or a function that gives it whenever a connection is made: for what must not stand in the job's code. */
  readonly password?: string | (() => string | Promise<string>)
  /** 'require' and 'verify-full' as those of libpq, or options of tls.connect. Default: not encrypted. */
  readonly ssl?: 'require' | 'verify-full' | Readonly<Record<string, unknown>>
}

const OPTIONS = { host: 1, port: 1, database: 1, user: 1, password: 1, ssl: 1 } as const

/** @throws MillraceError MR_OPTION_INVALID, which never has a secret in its message */
export function checkConnection(what: string, connection: PostgresConnection, site: string): void {
  if (typeof connection !== 'object' || connection === null)
    refuseOption(`connection of ${what}`, typeof connection, 'an object with host, database and user', { site })
  onlyKnown(`connection of ${what}`, connection, OPTIONS, site)
  for (const name of ['host', 'database', 'user'] as const)
    if (typeof connection[name] !== 'string' || connection[name] === '')
      refuseOption(`connection.${name} of ${what}`, connection[name], 'a text', { site })
}

/** @param connections at a time, at most */
export async function connect(
  { host, port = 5432, database, user, password, ssl }: PostgresConnection,
  connections: number,
): Promise<postgres.Sql> {
  const { default: client } = await loadPackage({ name: 'postgres', neededBy: 'millrace/postgres', load: () => import('postgres') })
  return client({
    host,
    port,
    database,
    user,
    max: connections,
    onnotice: () => {},
    ...(password !== undefined && { password: password as string }),
    ...(ssl !== undefined && { ssl: ssl as 'require' }),
  })
}
