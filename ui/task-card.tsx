import { countText, percentText } from '../src/cli/quantities.ts'
import type { JobPicture } from '../src/ui/job-picture.ts'
import type { Picture } from '../src/ui/picture.ts'
import { conditionOf } from './model.ts'
import { Table } from './tables.tsx'

export interface TaskCardProps {
  readonly job: JobPicture
  readonly picture: Picture
  readonly task: number
  readonly onClose: () => void
}

/** The task that was chosen in the graph: its operators with the places where they are defined, and its instances. */
export function TaskCard({ job, picture, task, onClose }: TaskCardProps) {
  const { name, operators } = job.tasks[task]!
  const actors = picture.workers.flatMap(({ worker, actors: its }) =>
    its.filter((actor) => actor.task === task).map((actor) => ({ ...actor, worker })),
  )
  return (
    <Table
      title={name}
      heads={['Instance', 'Worker', 'Doing', '#Records in', '#Busy', '#Blocked', '#Mailbox', '#Priority']}
      before={
        <>
          <button type="button" class="close" aria-label="Close" onClick={onClose}>
            ✕
          </button>
          <ol class="operators">
            {operators.map((operator) => (
              <li key={operator.name}>
                {operator.name} <span class="quiet">{operator.kind}</span> <code>{operator.site}</code>
              </li>
            ))}
          </ol>
        </>
      }
    >
      {actors
        .toSorted((a, b) => a.index - b.index)
        .map(({ id, index, worker, state, recordsIn, busyShare, blockedShare, mailboxShare, priority }) => {
          const doing = conditionOf({ busyShare, blockedShare, finished: state === 'finished' })
          return (
            <tr key={id}>
              <th scope="row">{index + 1}</th>
              <td>worker {worker}</td>
              <td>
                <span class={`pill ${doing}`}>{doing}</span>
              </td>
              <td class="number">{countText(recordsIn)}</td>
              <td class="number">{percentText(busyShare)}</td>
              <td class="number">{percentText(blockedShare)}</td>
              <td class="number">{mailboxShare === null ? '–' : percentText(mailboxShare)}</td>
              <td class="number">{priority}</td>
            </tr>
          )
        })}
    </Table>
  )
}
