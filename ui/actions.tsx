import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { bytesText, plural } from '../src/cli/quantities.ts'
import type { RescaleReport } from '../src/control/protocol.ts'
import type { JobPicture } from '../src/ui/job-picture.ts'
import { Dialog } from './dialog.tsx'
import { RescaleFields, type Rescaling, rescalable } from './rescale.tsx'
import { ask } from './server.ts'
import { durationText } from './texts.ts'

export interface ActionsProps {
  readonly job: JobPicture
  /** Task that the dialog for rescaling begins with; null: any. */
  readonly task: number | null
  readonly isOver: boolean
  /** Stands beside the buttons. */
  readonly children: ComponentChildren
}

type Question = 'rescale' | 'drain' | 'stop'

/** What can be done to the run from here. Whatever changes it is asked about first. */
export function Actions({ job, task, isOver, children }: ActionsProps) {
  const [question, setQuestion] = useState<Question | null>(null)
  const [rescaling, setRescaling] = useState<Rescaling>({ operator: '', instances: 1 })
  const [told, setTold] = useState('')
  const [waits, setWaits] = useState(false)
  const carryOut = async (begins: string, act: () => Promise<string>): Promise<void> => {
    setWaits(true)
    setTold(begins)
    setTold(await act().catch((error: Error) => error.message))
    setWaits(false)
  }
  const answered: Readonly<Record<Question, () => Promise<void>>> = {
    rescale: () => carryOut('Rescaling …', () => rescale(rescaling)),
    drain: () => carryOut('Asked.', () => stop(true)),
    stop: () => carryOut('Asked.', () => stop(false)),
  }
  const tasks = rescalable(job)
  const begin = (): void => {
    const chosen = tasks.find((each) => each.task === task) ?? tasks[0]!
    setRescaling({ operator: chosen.operators[0]!.name, instances: chosen.actors })
    setQuestion('rescale')
  }
  const none = isOver || waits
  return (
    <>
      <div class="actions">
        <button type="button" disabled={none} onClick={() => void carryOut('Taking a savepoint …', savepoint)}>
          Savepoint
        </button>
        <button type="button" disabled={none || tasks.length === 0} onClick={begin}>
          Rescale
        </button>
        <button type="button" disabled={none} onClick={() => setQuestion('drain')}>
          Drain
        </button>
        <button type="button" class="danger" disabled={none} onClick={() => setQuestion('stop')}>
          Stop
        </button>
        {children}
      </div>
      <output aria-live="polite">{told}</output>
      {question !== null && (
        <Dialog
          {...WORDS[question]}
          onAnswer={(answer) => {
            setQuestion(null)
            if (answer) void answered[question]()
          }}
        >
          <p>{WORDS[question].text}</p>
          {question === 'rescale' && <RescaleFields tasks={tasks} value={rescaling} onChange={setRescaling} />}
        </Dialog>
      )}
    </>
  )
}

const WORDS = {
  rescale: {
    title: 'Rescale an operator?',
    yes: 'Rescale',
    text: 'It runs in another number of instances from the next checkpoint on, with its state. What is fused with it changes with it. Sources stand still for a moment.',
  },
  drain: {
    title: 'Drain the run?',
    yes: 'Drain',
    danger: true,
    text: 'Sources end, everything that was read is processed, and last results come out. The next launch begins anew.',
  },
  stop: {
    title: 'Stop the run?',
    yes: 'Stop',
    danger: true,
    text: 'It takes a last checkpoint and ends; the next launch with the same state directory goes on from there.',
  },
} as const

async function savepoint(): Promise<string> {
  const { dir } = await ask<{ readonly dir: string }>('savepoint')
  return `Savepoint in ${dir}`
}

async function stop(drain: boolean): Promise<string> {
  await ask('stop', { drain })
  return 'Asked; the run ends soon.'
}

async function rescale(rescaling: Rescaling): Promise<string> {
  const { operator, instances, before, checkpoint, pauseMs, movedBytes } = await ask<RescaleReport>('rescale', rescaling)
  if (instances === before) return `“${operator}” has ${plural(instances, 'instance')} already.`
  const cost = `sources stood still for ${durationText(pauseMs)}, ${bytesText(movedBytes)} of state moved`
  return `“${operator}” runs in ${plural(instances, 'instance')}, not ${before}, from checkpoint ${checkpoint} on: ${cost}.`
}
