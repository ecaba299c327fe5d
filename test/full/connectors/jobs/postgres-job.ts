import { defineJob } from '../../../../src/index.ts'
import { type PostgresConnection, postgresSink, postgresUpsert } from '../../../../src/connectors/postgres/index.ts'
import { type Kill, killedAtCommit } from './killed-at-commit.ts'

export interface PostgresConfig {
  readonly connection: PostgresConnection
  readonly count: number
  readonly rowsPerSecond: number
  readonly kill?: Kill
}

export const KEYS = 50

/** Numbers into one table, each a row; the newest of each key, those divisible by seven taken away, into another. */
export default defineJob<PostgresConfig, {}>(import.meta, {
  name: 'postgres',
  build: ({ source, config: { connection, count, rowsPerSecond, kill } }) => {
    const rows = source.generate('rows', {
      count,
      splits: 4,
      rowsPerSecond,
      make: (n) => ({ n, text: `it's "${n}" \\`, part: n / 4 }),
    })
    const target = postgresSink<object>({ connection, table: 'numbers', columns: ['n', 'text', 'part'] })
    rows.to(killedAtCommit(target, kill), { name: 'numbers' })
    rows
      .map(({ n }) => ({ key: n % KEYS, n }))
      .keyBy('key')
      .reduce((last, row) => (row.n > last.n ? row : last))
      .to(
        postgresUpsert({
          connection,
          table: 'public.newest',
          columns: ['key', 'n'],
          keyColumns: ['key'],
          key: 'key',
          removes: ({ n }) => n % 7 === 0,
        }),
        { name: 'newest' },
      )
    return {}
  },
})
