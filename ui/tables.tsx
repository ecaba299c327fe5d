import type { ComponentChildren } from 'preact'
import { bytesText, countText, percentText } from '../src/cli/quantities.ts'
import type { LogEntry } from '../src/ui/run-log.ts'
import type { JobPicture } from '../src/ui/job-picture.ts'
import type { Picture } from '../src/ui/picture.ts'
import { conditions } from './model.ts'
import { durationText, rateText, timeText } from './texts.ts'

/** Checkpoints that are listed. */
const CHECKPOINTS_SHOWN = 12
/** Hot keys that are, of all operators. */
const HOT_KEYS_LISTED = 8

export function Tasks({ job, picture }: { readonly job: JobPicture; readonly picture: Picture | null }) {
  const condition = conditions(job, picture)
  return (
    <Table title="Tasks" heads={['Task', 'Doing', '#Records in', '#Records out', '#Rate', '#Busy', '#Blocked', '#Mailbox']}>
      {job.shape.tasks.map((shape, index) => {
        const now = picture?.progress.tasks[index]
        const doing = condition.get(shape.task)!
        const mailboxShare = now?.mailboxShare ?? null
        return (
          <tr key={shape.task}>
            <th scope="row">{shape.name}</th>
            <td>
              <span class={`pill ${doing}`}>{doing}</span>
            </td>
            <td class="number">{countText(now?.recordsIn ?? 0)}</td>
            <td class="number">{countText(now?.recordsOut ?? 0)}</td>
            <td class="number">{rateText(now?.recordsPerSecond ?? 0)}</td>
            <td class="number">{percentText(now?.busyShare ?? 0)}</td>
            <td class="number">{percentText(now?.blockedShare ?? 0)}</td>
            <td class="number">{mailboxShare === null ? '–' : percentText(mailboxShare)}</td>
          </tr>
        )
      })}
    </Table>
  )
}

/** Keys that have much of the records of an operator. */
export function HotKeys({ picture }: { readonly picture: Picture | null }) {
  const rows = (picture?.progress.hotKeys ?? [])
    .flatMap(({ operator, keys }) => keys.map((key) => ({ operator, ...key })))
    .toSorted((a, b) => b.share - a.share)
  if (rows.length === 0) return <Nothing title="Hot keys">No key has a hundredth of the records of its operator.</Nothing>
  return (
    <Table title="Hot keys" heads={['Key', 'Operator', '#Share', '#Error']}>
      {rows.slice(0, HOT_KEYS_LISTED).map(({ operator, key, share, error }, index) => (
        <tr key={index}>
          <th scope="row">{String(key)}</th>
          <td>{operator}</td>
          <td class="number">{(100 * share).toFixed(1)} %</td>
          <td class="number">± {(100 * error).toFixed(1)} %</td>
        </tr>
      ))}
    </Table>
  )
}

export function Checkpoints({ log }: { readonly log: readonly LogEntry[] }) {
  const rows = log.flatMap((entry) => (entry.type === 'checkpoint' ? [entry] : [])).slice(-CHECKPOINTS_SHOWN)
  if (rows.length === 0) return <Nothing title="Checkpoints">None yet.</Nothing>
  return (
    <Table title="Checkpoints" heads={['Checkpoint', 'At', '#Took', '#Barriers', '#Encode', '#Store', '#Commit', '#State', '#Written']}>
      {rows.toReversed().map(({ id, atMs, checkpoint }) => (
        <tr key={id}>
          <th scope="row">{checkpoint.id}</th>
          <td>{timeText(atMs)}</td>
          <td class="number">{durationText(checkpoint.tookMs)}</td>
          <td class="number">{durationText(checkpoint.phases.barriersMs)}</td>
          <td class="number">{durationText(checkpoint.phases.encodeMs)}</td>
          <td class="number">{durationText(checkpoint.phases.storeMs)}</td>
          <td class="number">{durationText(checkpoint.phases.commitMs)}</td>
          <td class="number">{bytesText(checkpoint.bytes)}</td>
          <td class="number">{bytesText(checkpoint.newBytes)}</td>
        </tr>
      ))}
    </Table>
  )
}

export function BadRecords({ picture }: { readonly picture: Picture | null }) {
  const rows = picture?.badRecords ?? []
  if (rows.length === 0) return <Nothing title="Bad records">No operator has a policy for them, or none has run yet.</Nothing>
  return (
    <Table title="Bad records" heads={['Operator', '#Dead letters', '#Skipped']}>
      {rows.map(({ operator, skipped, deadLettered }) => (
        <tr key={operator}>
          <th scope="row">{operator}</th>
          <td class="number">{countText(deadLettered)}</td>
          <td class="number">{countText(skipped)}</td>
        </tr>
      ))}
    </Table>
  )
}

export interface TableProps {
  readonly title: string
  /** Those that begin with # are above numbers. */
  readonly heads: readonly string[]
  /** Stands between the title and the table. */
  readonly before?: ComponentChildren
  readonly children: ComponentChildren
}

export function Table({ title, heads, before, children }: TableProps) {
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      {before}
      <div class="scroll" tabIndex={0} role="region" aria-label={`${title}, scrolls`}>
        <table>
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col" class={head.startsWith('#') ? 'number' : ''}>
                  {head.replace('#', '')}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </div>
    </section>
  )
}

export function Nothing({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      <p class="nothing">{children}</p>
    </section>
  )
}
