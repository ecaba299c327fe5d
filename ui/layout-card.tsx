import { bytesText, percentText } from '../src/cli/quantities.ts'
import type { JobPicture } from '../src/ui/job-picture.ts'
import type { ActorPicture, WorkerPicture } from '../src/ui/layout-picture.ts'
import type { Picture } from '../src/ui/picture.ts'
import { conditionOf } from './model.ts'

export interface LayoutCardProps {
  readonly job: JobPicture
  readonly picture: Picture
  /** Task whose actors stand out. */
  readonly task: number | null
}

/** Which actor runs on which worker, what it does there, and its priority. */
export function LayoutCard({ job, picture, task }: LayoutCardProps) {
  const { balance } = picture.progress
  return (
    <section class="card" aria-label="Workers">
      <h2>Who runs where</h2>
      {balance !== null && (
        <p class="advice">
          <strong>Uneven:</strong> {balance.reason}. Better: {balance.moves.join('; ')}.
        </p>
      )}
      <div class="workers">
        {picture.workers.map((worker) => (
          <Worker key={worker.worker} worker={worker} job={job} task={task} />
        ))}
      </div>
    </section>
  )
}

function Worker({ worker, job, task }: { readonly worker: WorkerPicture; readonly job: JobPicture; readonly task: number | null }) {
  const { busyShare, blockedShare, heapBytes, externalBytes, actors, more } = worker
  return (
    <section class="worker" aria-label={`worker ${worker.worker}`}>
      <h3>
        worker {worker.worker}
        <span class="figures">
          busy {percentText(busyShare)}
          {blockedShare > 0.005 && ` · blocked ${percentText(blockedShare)}`} · heap {bytesText(heapBytes)} · buffers{' '}
          {bytesText(externalBytes)}
        </span>
      </h3>
      <Bar busyShare={busyShare} blockedShare={blockedShare} />
      <ul class="actors">
        {actors.map((actor) => (
          <Actor key={actor.id} actor={actor} job={job} isChosen={actor.task === task} />
        ))}
        {more > 0 && <li class="quiet">and {more} more</li>}
      </ul>
    </section>
  )
}

function Actor({ actor, job, isChosen }: { readonly actor: ActorPicture; readonly job: JobPicture; readonly isChosen: boolean }) {
  const { task, index, busyShare, blockedShare, priority, state } = actor
  const { name, actors, operators } = job.tasks[task]!
  const doing = conditionOf({ ...actor, finished: state === 'finished' })
  return (
    <li class={`actor ${doing} ${isChosen ? 'chosen' : ''}`} title={name}>
      <span class="name">{operators[0]!.name}</span>
      {actors > 1 && (
        <span class="quiet">
          {index + 1}/{actors}
        </span>
      )}
      {priority !== 0 && <span class="pill">priority {priority}</span>}
      <span class="share">{doing === 'finished' ? 'finished' : percentText(busyShare)}</span>
      <Bar busyShare={busyShare} blockedShare={blockedShare} />
    </li>
  )
}

/** How much of the last second was busy, and blocked. The figures stand beside it. */
export function Bar({ busyShare, blockedShare }: Pick<ActorPicture, 'busyShare' | 'blockedShare'>) {
  const blocked = Math.min(1 - busyShare, blockedShare)
  return (
    <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" width={100} height={4} />
      <rect class="busy-part" width={100 * busyShare} height={4} />
      <rect class="blocked-part" x={100 * busyShare} width={100 * Math.max(0, blocked)} height={4} />
    </svg>
  )
}
