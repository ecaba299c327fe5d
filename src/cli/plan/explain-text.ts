import { alignRows } from '../align.ts'
import { bytesText, plural } from '../quantities.ts'
import type { ExplainedActor, Explanation } from './explain.ts'
import type { EndGuarantee } from './guarantee.ts'

/** Lines of actors or rings shown of a large plan; --json has all. */
const ROWS_MAX = 64

export function explainText(explanation: Explanation): string {
  const { job, workers, memory, guarantee } = explanation
  const sections = [
    `${job} on ${plural(workers, 'worker')}`,
    section('operators, the actors that run them, and where', actorRows(explanation)),
    section('edges', edgeRows(explanation)),
    section('rings', ringRows(explanation)),
    `memory on the way: at most ${bytesText(memory.totalBytes)} (mailboxes ${bytesText(memory.mailboxBytes)} + rings ${bytesText(memory.ringBytes)} + inlet logs ${bytesText(memory.inletLogBytes)}); state and heaps come on top`,
    `state: ${explanation.backend}; checkpoints: lmdb`,
    `guarantee end to end: ${guarantee.endToEnd} (after a crash of the process: with --state)`,
    [...alignRows([...guaranteeRows('reads', guarantee.sources), ...guaranteeRows('writes', guarantee.ends)])].join('\n'),
  ]
  return `${sections.filter((text) => text !== '').join('\n')}\n`
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const lines = alignRows(rows.slice(0, ROWS_MAX))
  if (rows.length > ROWS_MAX) lines.push(`  and ${rows.length - ROWS_MAX} more (--json has all)`)
  return [`${title}:`, ...lines].join('\n')
}

function actorRows({ tasks }: Explanation): string[][] {
  return tasks.flatMap((task) =>
    task.actors.map((actor) => [
      `  ${actor.index === 0 ? task.name : ''}`,
      `actor ${actor.actor}`,
      threadText(actor.thread),
      mailboxText(actor),
      task.backend === null ? '' : `state: ${task.backend}`,
    ]),
  )
}

function mailboxText({ channels, mailboxBytes, allowanceBytes }: ExplainedActor): string {
  if (channels === 0) return 'a source'
  return `mailbox ${bytesText(mailboxBytes)}, ${plural(channels, 'channel')}, credit ${bytesText(allowanceBytes)} each`
}

function edgeRows({ edges }: Explanation): string[][] {
  return edges.map((edge) => [
    `  ${edge.from}`,
    `-> ${edge.to}`,
    edge.partitioning,
    `${plural(edge.channels, 'channel')}, ${edge.crossing} through rings`,
  ])
}

function ringRows({ rings }: Explanation): string[][] {
  return rings.map((ring) => [
    `  ${threadText(ring.from)}`,
    `-> ${threadText(ring.to)}`,
    bytesText(ring.bytes),
    plural(ring.channels, 'channel'),
  ])
}

function threadText(thread: number | 'app'): string {
  return thread === 'app' ? 'app thread' : `worker ${thread}`
}

function guaranteeRows(verb: string, ends: readonly EndGuarantee[]): string[][] {
  return ends.map(({ name, guarantee, why }) => [`  ${verb} ${name}`, guarantee, why])
}
