import type { RunNotice, RunResult } from '../../app/run.ts'
import type { KnownGuarantee } from '../plan/guarantee.ts'
import { clockText, plural } from '../quantities.ts'
import { printable } from '../printable.ts'
import type { Progress } from '../../observe/progress.ts'
import type { Moment } from './progress-text.ts'

/** Everything that `millrace run` has to tell, in the order in which it happens. */
export type RunEvent =
  | {
      readonly event: 'started'
      readonly job: string
      readonly workers: number
      readonly stateDir: string | null
      readonly guarantee: KnownGuarantee
      readonly startMs: number
    }
  | ({ readonly event: 'progress' } & Progress & Moment)
  | ({ readonly event: RunNotice['type'] } & Omit<RunNotice, 'type'>)
  | { readonly event: 'note'; readonly text: string }
  /** The dashboard is served; the address has the token in it. */
  | { readonly event: 'ui'; readonly url: string }
  | { readonly event: 'draining' | 'stopping' }
  | {
      readonly event: 'ended'
      readonly outcome: 'finished' | 'drained' | 'stopped'
      readonly restarts: number
      readonly elapsedMs: number
      readonly badRecords?: RunResult['badRecords']
    }
  | { readonly event: 'failed'; readonly error: unknown }

export interface Reporter {
  report(event: RunEvent): void
  /** Something else is about to be written where this reporter writes. */
  giveWay(): void
}

/** An event that deserves a line of its own, printable; null for those that do not. */
export function eventText(event: RunEvent): string | null {
  const text = ownText(event)
  return text === null ? null : printable(text)
}

function ownText(event: RunEvent): string | null {
  switch (event.event) {
    case 'started':
      return `${event.job} runs on ${plural(event.workers, 'worker')} (started in ${Math.round(event.startMs)} ms), ${
        event.stateDir === null ? 'checkpoints end with this run' : `checkpoints in ${event.stateDir}`
      }; ${event.guarantee === 'unknown' ? 'some source or sink does not say what it guarantees' : `${event.guarantee} end to end`}`
    case 'restart':
    case 'layout':
    case 'checkpoint-failed':
    case 'note':
      return event.text
    case 'ui':
      return `dashboard: ${event.url}`
    case 'draining':
      return 'draining: sources end, what is in flight is processed. Ctrl-C again stops at once, behind a checkpoint'
    case 'stopping':
      return 'stopping behind a checkpoint. Ctrl-C again gives up waiting'
    case 'ended':
      return `${event.outcome} after ${clockText(event.elapsedMs)}${event.restarts === 0 ? '' : `, ${plural(event.restarts, 'restart')}`}${badText(event.badRecords)}`
    case 'checkpoint':
    case 'progress':
    case 'failed':
      return null
  }
}

/** A line for each operator that left records out. */
function badText(badRecords: RunResult['badRecords'] = []): string {
  return badRecords
    .filter(({ skipped, deadLettered }) => skipped + deadLettered > 0)
    .map(({ operator, skipped, deadLettered }) => {
      const counts = [...(skipped > 0 ? [`${skipped} skipped`] : []), ...(deadLettered > 0 ? [plural(deadLettered, 'dead letter')] : [])]
      return `\n  bad records of ${operator}: ${counts.join(', ')}`
    })
    .join('')
}
