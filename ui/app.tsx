import { useEffect, useReducer, useState } from 'preact/hooks'
import { clockText, percentText, plural } from '../src/cli/quantities.ts'
import { Actions } from './actions.tsx'
import { Charts } from './charts.tsx'
import { Events } from './events.tsx'
import { JobGraph } from './graph.tsx'
import { LayoutCard } from './layout-card.tsx'
import { type Model, NOTHING, changed, stateOf } from './model.ts'
import { follow } from './server.ts'
import { BadRecords, Checkpoints, HotKeys, Tasks } from './tables.tsx'
import { TaskCard } from './task-card.tsx'
import { durationText } from './texts.ts'
import { ThemeButton } from './theme.tsx'

const OVER = new Set(['finished', 'stopped', 'failed', 'ended', 'not reachable'])

export function App() {
  const [model, change] = useReducer(changed, NOTHING)
  const [task, choose] = useState<number | null>(null)
  useEffect(
    () =>
      follow({
        begin: (begin) => change({ type: 'begin', begin }),
        job: (next) => change({ type: 'job', job: next }),
        picture: (picture) => change({ type: 'picture', picture }),
        log: (entry) => change({ type: 'log', entry }),
        connected: (connected) => change({ type: 'connected', connected }),
      }),
    [],
  )
  const { job, picture, points, log } = model
  useEffect(() => void (document.title = `${job === null ? '' : `${job.job} · `}millrace`), [job])
  if (job === null) return <p class="waiting">{model.connected ? 'Waiting for the run …' : 'Connecting …'}</p>
  return (
    <>
      <Heading model={model} task={task} />
      <main>
        <Bottleneck model={model} />
        <section class="card" aria-label="Job graph">
          <h2>Job graph</h2>
          <JobGraph job={job} picture={picture} chosen={task} onChoose={choose} />
          <Legend />
        </section>
        {task !== null && picture !== null && <TaskCard job={job} picture={picture} task={task} onClose={() => choose(null)} />}
        <Charts points={points} />
        {picture !== null && <LayoutCard job={job} picture={picture} task={task} />}
        <Tasks job={job} picture={picture} />
        <div class="pair">
          <HotKeys picture={picture} />
          <BadRecords picture={picture} />
        </div>
        <Events log={log} />
        <Checkpoints log={log} />
      </main>
    </>
  )
}

function Heading({ model, task }: { readonly model: Model; readonly task: number | null }) {
  const { job, picture } = model
  const state = stateOf(model)
  const progress = picture?.progress
  const latest = progress?.checkpoints.latest ?? null
  const [share, remainingMs] = [progress?.share ?? null, progress?.remainingMs ?? null]
  const facts = [
    plural(job!.workers, 'worker'),
    ...(progress === undefined ? [] : [`attempt ${progress.attempt}`, plural(progress.restarts, 'restart')]),
    ...(latest === null ? [] : [`checkpoint ${latest.id} took ${durationText(latest.tookMs)}`]),
    ...(share === null ? [] : [`${percentText(share)} read`]),
    ...(remainingMs === null ? [] : [`about ${clockText(remainingMs)} left`]),
  ]
  return (
    <header>
      <div>
        <h1>
          {job!.job} <span class={`pill state-${state.replaceAll(' ', '-')}`}>{state}</span>
        </h1>
        <p class="facts">{facts.join(' · ')}</p>
      </div>
      <Actions job={job!} task={task} isOver={OVER.has(state)}>
        <ThemeButton />
      </Actions>
    </header>
  )
}

function Bottleneck({ model: { picture } }: { readonly model: Model }) {
  const found = picture?.progress.bottleneck ?? null
  if (found === null) return <p class="bottleneck-note idle">No bottleneck: the job keeps up with its input.</p>
  return (
    <p class="bottleneck-note busy">
      Bottleneck: <strong>{found.name}</strong>, {found.reason}, busy {percentText(found.busyShare)}
      {found.sendersBlockedShare > 0 && `; who sends to it stands still for ${percentText(found.sendersBlockedShare)} of the time`}
    </p>
  )
}

function Legend() {
  return (
    <ul class="legend" aria-label="Colours">
      <li class="busy">busy</li>
      <li class="blocked">blocked: waits for credit</li>
      <li class="idle">idle</li>
      <li class="finished">finished</li>
    </ul>
  )
}
