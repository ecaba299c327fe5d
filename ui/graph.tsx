import { useEffect, useMemo, useState } from 'preact/hooks'
import { percentText } from '../src/cli/quantities.ts'
import type { JobPicture } from '../src/ui/job-picture.ts'
import type { Picture } from '../src/ui/picture.ts'
import { BOX, type Box, type Line, OPERATORS_SHOWN, ROW_HEIGHT, draw } from './layout.ts'
import { type Condition, conditions } from './model.ts'
import { rateText } from './texts.ts'

const NARROW = '(max-width: 720px)'

/** The job's graph: a box for each task, with the operators that are fused in it, what it is doing and how fast; rates on the edges. */
export interface JobGraphProps {
  readonly job: JobPicture
  readonly picture: Picture | null
  /** Task that was chosen. */
  readonly chosen: number | null
  readonly onChoose: (task: number | null) => void
}

export function JobGraph({ job, picture, chosen, onChoose }: JobGraphProps) {
  const narrow = useMedia(NARROW)
  const direction = narrow ? 'TB' : 'LR'
  const drawing = useMemo(() => draw(job, direction), [job, direction])
  const condition = conditions(job, picture)
  const bottleneck = picture?.progress.bottleneck?.name
  return (
    <div class="graph" tabIndex={0} role="region" aria-label="Job graph, scrolls">
      <svg
        viewBox={`0 0 ${drawing.width} ${drawing.height}`}
        width={drawing.width}
        height={drawing.height}
        role="group"
        aria-label={`Graph of ${job.job}: ${job.tasks.map(({ name }) => name).join('; ')}. The table of tasks has the same figures.`}
      >
        <defs>
          <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
            <path d="M0 0 8 4 0 8z" class="arrow" />
          </marker>
        </defs>
        {drawing.lines.map((line) => (
          <Edge key={line.edge} line={line} job={job} picture={picture} />
        ))}
        {drawing.boxes.map((box) => (
          <Task
            key={box.task}
            box={box}
            direction={direction}
            job={job}
            picture={picture}
            condition={condition.get(box.task) ?? null}
            bottleneck={bottleneck}
            isChosen={box.task === chosen}
            onChoose={() => onChoose(box.task === chosen ? null : box.task)}
          />
        ))}
      </svg>
    </div>
  )
}

function Edge({ line, job, picture }: { readonly line: Line; readonly job: JobPicture; readonly picture: Picture | null }) {
  const { partitioning, output } = job.edges.find(({ edge }) => edge === line.edge)!
  const rate = picture?.edges.find(({ edge }) => edge === line.edge)?.recordsPerSecond ?? 0
  const words = [partitioning, output].filter((word) => word !== null && word !== '').join(' · ')
  const width = 10 + 6.4 * Math.max(rateText(rate).length, Math.min(18, words.length))
  return (
    <g class={rate > 0 ? 'edge flows' : 'edge'} data-edge={line.edge}>
      <path d={curve(line.points)} marker-end="url(#arrow)" />
      <g transform={`translate(${line.x} ${line.y})`}>
        <rect class="plate" x={-width / 2} y={-10} width={width} height={words === '' ? 20 : 34} rx={4} />
        <text class="rate" y={5} text-anchor="middle">
          {rateText(rate)}
        </text>
        {words !== '' && (
          <text class="words" y={19} text-anchor="middle">
            {clip(words, 18)}
          </text>
        )}
      </g>
    </g>
  )
}

interface TaskProps {
  readonly box: Box
  readonly direction: 'LR' | 'TB'
  readonly job: JobPicture
  readonly picture: Picture | null
  /** Null: it runs on the app thread, and has no figures. */
  readonly condition: Condition | null
  readonly bottleneck: string | undefined
  readonly isChosen: boolean
  readonly onChoose: () => void
}

function Task({ box, direction, job, picture, condition, bottleneck, isChosen, onChoose }: TaskProps) {
  const { task, operators, actors, workers } = job.tasks.find((each) => each.task === box.task)!
  const index = job.shape.tasks.findIndex((shape) => shape.task === task)
  const progress = picture?.progress.tasks[index]
  const narrow = progress !== undefined && progress.name === bottleneck
  const bar = box.width - 24
  const blockedShare = Math.min(1 - (progress?.busyShare ?? 0), progress?.blockedShare ?? 0)
  const shown = operators.length > OPERATORS_SHOWN + 1 ? operators.slice(0, OPERATORS_SHOWN) : operators
  return (
    <g
      class={`task ${condition ?? 'app'} ${narrow ? 'bottleneck' : ''} ${isChosen ? 'chosen' : ''}`}
      role="button"
      tabindex={0}
      aria-pressed={isChosen}
      onClick={onChoose}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return
        event.preventDefault()
        onChoose()
      }}
      transform={`translate(${box.x - box.width / 2} ${box.y - box.height / 2})`}
    >
      <title>{operators.map(({ name, kind, site }) => `${name} (${kind}), ${site}`).join('\n')}</title>
      <rect class="box" width={box.width} height={box.height} rx={8} />
      <rect class="strip" width={box.width} height={26} rx={8} />
      <text class="where" x={12} y={17}>
        {whereText(actors, workers, direction)}
      </text>
      <text class="condition" x={box.width - 12} y={17} text-anchor="end">
        {narrow ? 'bottleneck' : (condition ?? '')}
      </text>
      {shown.map(({ name }, row) => (
        <text key={row} class="operator" x={12} y={46 + row * ROW_HEIGHT}>
          {clip(name, BOX[direction].chars)}
        </text>
      ))}
      {shown.length < operators.length && (
        <text class="more" x={12} y={46 + shown.length * ROW_HEIGHT}>
          and {operators.length - shown.length} more
        </text>
      )}
      {progress !== undefined && (
        <g transform={`translate(12 ${box.height - 20})`}>
          <text class="rate" y={6}>
            {progress.finished ? 'finished' : rateText(progress.recordsPerSecond)}
          </text>
          <text class="words" x={bar} y={6} text-anchor="end">
            {blockedShare > 0.005 && direction === 'LR' && `blocked ${percentText(blockedShare)} · `}busy {percentText(progress.busyShare)}
          </text>
          <rect class="track" y={12} width={bar} height={4} rx={2} />
          <rect class="busy-part" y={12} width={bar * progress.busyShare} height={4} rx={2} />
          <rect class="blocked-part" x={bar * progress.busyShare} y={12} width={bar * blockedShare} height={4} rx={2} />
        </g>
      )}
    </g>
  )
}

/** Through its points, smoothly: each one but the ends draws the curve towards it. */
function curve(points: Line['points']): string {
  const [first, ...rest] = points
  const parts = [`M${first!.x} ${first!.y}`]
  rest.forEach((point, index) => {
    const next = rest[index + 1]
    if (next === undefined) parts.push(`L${point.x} ${point.y}`)
    else parts.push(`Q${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}`)
  })
  return parts.join(' ')
}

function whereText(actors: number, workers: readonly number[], direction: 'LR' | 'TB'): string {
  if (workers.length === 0) return 'app thread'
  const on = direction === 'TB' ? 'on' : `on ${workers.length === 1 ? 'worker' : 'workers'}`
  return clip(`${actors} × ${on} ${workersText(workers)}`, direction === 'TB' ? 13 : 24)
}

function workersText(workers: readonly number[]): string {
  const inRow = workers.length > 2 && workers.every((worker, index) => worker === workers[0]! + index)
  return inRow ? `${workers[0]!} – ${workers.at(-1)!}` : workers.join(', ')
}

function clip(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars - 1)}…`
}

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const media = matchMedia(query)
    const look = (): void => setMatches(media.matches)
    media.addEventListener('change', look)
    return () => media.removeEventListener('change', look)
  }, [query])
  return matches
}
