import { defineJob } from '../../../src/index.ts'

export interface Spending {
  readonly id: number
  readonly user: number
  readonly cents: number
}

export interface RetractionConfig {
  readonly count: number
  readonly throwAt: readonly number[]
  readonly run: string
}

const thrown = new Map<string, Set<number>>()

function failOnce({ run, throwAt }: RetractionConfig, id: number): void {
  const before = thrown.get(run) ?? thrown.set(run, new Set()).get(run)!
  if (!throwAt.includes(id) || before.has(id)) return
  before.add(id)
  throw new Error(`record ${id} fails once`)
}

export const spending = (id: number): Spending => ({ id, user: (id * 7919) % 41, cents: ((id * 31) % 100) - 40 })
export const classOf = (cents: number): string => `class ${Math.floor(cents / 100)}`

/** Users by what they have spent so far: as they spend, they move from class to class. And classes by how many users they have. */
export default defineJob<RetractionConfig>(import.meta, {
  build: ({ source, config }) => {
    const rows = source.generate('rows', { count: config.count, splits: 4, make: spending }).tap(({ id }) => failOnce(config, id))
    const perUser = rows.keyBy('user').aggregate((a) => ({ n: a.count(), cents: a.sum('cents') }), { name: 'per-user' })
    const classes = perUser
      .groupBy(({ cents }) => classOf(cents))
      .aggregate((a) => ({ users: a.count(), cents: a.sum('cents'), purchases: a.avg('n') }), { name: 'classes' })
    return {
      perUser: perUser.toStream({ emit: 'final' }),
      userChanges: perUser.changes(),
      classes: classes.toStream({ emit: 'final' }),
      classChanges: classes.changes(),
      classRows: perUser
        .groupBy(({ cents }) => classOf(cents))
        .count({ name: 'class-counts' })
        .toStream({ emit: 'changes' }),
      sizes: classes.groupBy('users').count({ name: 'sizes' }).toStream({ emit: 'final' }),
      // All rows as one group, and the one row of it as a group again.
      total: rows
        .aggregate((a) => ({ n: a.count() }))
        .groupBy(({ n }) => n % 2 === 0)
        .sum('n')
        .toStream({ emit: 'final' }),
    }
  },
})

/** What the final tables hold, by plain loops. */
export function oracle(count: number) {
  const users = new Map<number, { key: number; n: number; cents: number }>()
  for (let id = 0; id < count; id++) {
    const { user, cents } = spending(id)
    const row = users.get(user) ?? { key: user, n: 0, cents: 0 }
    users.set(user, { key: user, n: row.n + 1, cents: row.cents + cents })
  }
  const classes = new Map<string, { key: string; users: number; cents: number; purchases: number }>()
  for (const { n, cents } of users.values()) {
    const row = classes.get(classOf(cents)) ?? { key: classOf(cents), users: 0, cents: 0, purchases: 0 }
    classes.set(row.key, { ...row, users: row.users + 1, cents: row.cents + cents, purchases: row.purchases + n })
  }
  for (const row of classes.values()) row.purchases /= row.users
  const sizes = new Map<number, number>()
  for (const row of classes.values()) sizes.set(row.users, (sizes.get(row.users) ?? 0) + 1)
  return {
    perUser: [...users.values()],
    classes: [...classes.values()],
    sizes: [...sizes].map(([key, n]) => ({ key, count: n })),
    total: count === 0 ? [] : [{ key: count % 2 === 0, sum: count }],
  }
}
