import { bytesText } from '../src/cli/quantities.ts'
import type { ErrorData } from '../src/core/failure.ts'
import type { LogEntry } from '../src/ui/run-log.ts'
import { Nothing } from './tables.tsx'
import { durationText, timeText } from './texts.ts'

/** What happened, the newest first; failures with their stacks. */
export function Events({ log }: { readonly log: readonly LogEntry[] }) {
  const entries = log.filter(({ type }) => type !== 'checkpoint').toReversed()
  if (entries.length === 0) return <Nothing title="Events">None yet.</Nothing>
  return (
    <section class="card">
      <h2>Events</h2>
      <ol class="events" aria-live="polite">
        {entries.map((entry) => (
          <li key={entry.id} class={failureOf(entry) === null ? '' : 'failure'}>
            <time dateTime={new Date(entry.atMs).toISOString()}>{timeText(entry.atMs)}</time>
            <div>
              <span>{textOf(entry)}</span>
              <Failure failure={failureOf(entry)} />
            </div>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Failure({ failure }: { readonly failure: ErrorData | null }) {
  if (failure === null) return null
  return (
    <details>
      <summary>
        {failure.class}: {failure.message}
      </summary>
      <pre tabIndex={0}>{stackOf(failure)}</pre>
    </details>
  )
}

function textOf(entry: LogEntry): string {
  switch (entry.type) {
    case 'started':
      return `Attempt ${entry.attempt} runs${entry.checkpoint === 0 ? '' : ` from checkpoint ${entry.checkpoint}`}`
    case 'restart': {
      const { operator } = entry.failure
      return `Restart${operator === undefined ? '' : `: operator "${operator}" failed`}; attempt ${entry.attempt} in ${durationText(entry.delayMs)}`
    }
    case 'actor-restart':
      return `Restart of actor ${entry.failure.actor} alone in ${durationText(entry.delayMs)}`
    case 'checkpoint':
      return `Checkpoint ${entry.checkpoint.id}`
    case 'checkpoint-failed':
      return `Checkpoint ${entry.checkpoint} was given up: ${entry.reason}`
    case 'fell-back':
      return `State is damaged; the run goes on from checkpoint ${entry.checkpoint}`
    case 'savepoint':
      return `Savepoint of checkpoint ${entry.checkpoint}, ${bytesText(entry.bytes)}, in ${entry.dir}`
    case 'layout':
      return `Layout: ${entry.text}`
    case 'stop-asked':
      return entry.drain ? 'Asked to drain' : 'Asked to stop'
    case 'ended':
      return `The run ${entry.outcome === 'failed' ? 'failed' : `has ${entry.outcome}`}`
  }
}

function failureOf(entry: LogEntry): ErrorData | null {
  return 'failure' in entry ? entry.failure : null
}

/** Where it began comes first: that is what is to be mended. */
function stackOf({ stack, message, cause }: ErrorData): string {
  const own = stack ?? message
  return cause === undefined ? own : `${stackOf(cause)}\n\nreported as ${own}`
}
