import type { OperatorActor, OperatorContext, PollResult, SourceSpec, StateChunk } from '../../../src/index.ts'

/** What may be wrong with a source. */
export type PlantedBug =
  | 'begins anew after a restart'
  | 'keeps a position that is too large'
  | 'keeps positions by instance'
  | 'forgets to open a split'
  | 'does not say of which split records are'
  | 'runs more than a batch'
  | 'runs records outside of poll'
  | 'lets two instances have a split'
  | 'waits without a wake'
  | 'reads all at once'
  | 'swaps records'

const UNSPLIT: PlantedBug = 'does not say of which split records are'

interface Split<T> {
  readonly id: number
  readonly records: readonly T[]
  position: number
}

/** Records with the field `file`, which says their split. Each poll reads a few records of one split. */
export function splitSource<T extends { readonly file: number }>(
  records: readonly T[],
  splits: number,
  bug: PlantedBug | null,
  onGiven: (count: number) => void = () => {},
): SourceSpec<T> {
  const create = (_spec: unknown, context: OperatorContext): OperatorActor => {
    const { index, parallelism } = context
    const owns = (id: number): boolean => id % parallelism === index || (bug === 'lets two instances have a split' && id === 0)
    const mine: Split<T>[] = Array.from({ length: splits }, (_, id) => id)
      .filter(owns)
      .map((id) => ({ id, records: records.filter(({ file }) => file === id), position: 0 }))
    let polls = 0
    let turn = 0
    return {
      open: () => {
        for (const { id } of mine) if (!(bug === 'forgets to open a split' && id === splits - 1) && bug !== UNSPLIT) context.openSplit(id)
        if (bug === 'reads all at once') onGiven(records.length)
        if (bug === 'runs records outside of poll') setImmediate(() => context.run([records[0]], 0, 1, null, 0, 0))
      },
      poll: (): PollResult => {
        if (bug === 'waits without a wake' && ++polls >= 4) return 'waiting'
        const open = mine.filter(({ position, records: all }) => position < all.length)
        if (open.length === 0) return bug === 'runs records outside of poll' ? 'waiting' : 'end'
        const split = open[turn++ % open.length]!
        const count = bug === 'runs more than a batch' ? 2 * context.batchRecords : 3
        const read = split.records.slice(split.position, split.position + count)
        const first = split.position
        split.position += read.length
        if (bug !== 'reads all at once') onGiven(read.length)
        if (bug === 'swaps records') read.reverse()
        context.run(read, 0, read.length, null, bug === UNSPLIT ? undefined : split.id, first)
        return 'more'
      },
      snapshot: (): StateChunk[] => {
        if (bug === 'keeps positions by instance') return [{ scope: 'instance', id: index, value: mine.map(({ position }) => position) }]
        return mine.map(({ id, position }) => ({
          scope: 'split',
          id,
          value: { position: bug === 'keeps a position that is too large' && position > 0 ? position + 1 : position },
        }))
      },
      restore: (chunks) => {
        if (bug === 'begins anew after a restart') return
        for (const { id, value } of chunks) {
          if (bug === 'keeps positions by instance') (value as number[]).forEach((position, i) => mine[i] && (mine[i].position = position))
          else mine.find((split) => split.id === id)!.position = (value as { position: number }).position
        }
      },
    }
  }
  return { kind: 'splitSource', spec: {}, parallelism: 'workers', guarantee: 'exactly-once', definition: { kind: 'splitSource', create } }
}
