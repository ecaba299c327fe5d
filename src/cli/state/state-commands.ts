import { type CheckpointDetails, type CheckpointSummary, type CheckpointVerdict, StateReport } from '../../app/state-report.ts'
import { alignRows } from '../align.ts'
import { type CommandAnswer, done } from '../command-answer.ts'
import { EXIT } from '../exit-code.ts'
import { jsonBlock } from '../json-line.ts'
import { bytesText, countText, plural } from '../quantities.ts'
import { UsageError } from '../usage-error.ts'

export interface StateFlags {
  readonly json: boolean
}

/** The checkpoints of a directory, the oldest first. */
export async function listCommand(dir: string, { json }: StateFlags): Promise<CommandAnswer> {
  const list = await reading(dir, (report) => report.list())
  return done(json ? jsonBlock(list) : listText(list))
}

/** What is in one of them. */
export async function showCommand(dir: string, id: string | undefined, { json }: StateFlags): Promise<CommandAnswer> {
  const wanted = id === undefined ? undefined : checkpointId(id)
  const details = await reading(dir, (report) => report.show(wanted))
  return done(json ? jsonBlock(details) : detailsText(details))
}

/** Whether all of them can be read. Exit code 1 when something is damaged. */
export async function verifyCommand(dir: string, { json }: StateFlags): Promise<CommandAnswer> {
  const verdicts = await reading(dir, (report) => [...report.verify()].toSorted((a, b) => a.id - b.id))
  const exitCode = verdicts.some(({ damage }) => damage.length > 0) ? EXIT.failed : EXIT.done
  return { text: json ? jsonBlock(verdicts) : verdictsText(verdicts), exitCode }
}

async function reading<T>(dir: string, read: (report: StateReport) => T): Promise<T> {
  const report = new StateReport(dir)
  try {
    return read(report)
  } finally {
    await report.close()
  }
}

function checkpointId(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new UsageError(`"${text}" is no id of a checkpoint: they are integers above 0`)
  return Number(text)
}

const timeText = (ms: number): string => (ms === 0 ? '?' : new Date(ms).toISOString())

function listText(list: readonly CheckpointSummary[]): string {
  if (list.length === 0) return 'no complete checkpoint\n'
  const rows = list.map(({ id, status, createdMs, jobName, bytes, chunks }) => [
    String(id),
    status,
    timeText(createdMs),
    bytesText(bytes),
    countText(chunks),
    jobName,
  ])
  return `${alignRows([['id', 'status', 'taken', 'size', 'chunks', 'job'], ...rows], [0, 3, 4]).join('\n')}\n`
}

function detailsText({ id, status, createdMs, jobName, lineage, origin, keyGroups, actors, bytes, operators }: CheckpointDetails): string {
  const head = alignRows([
    ['checkpoint', String(id)],
    ['status', status],
    ['taken', timeText(createdMs)],
    ['job', jobName],
    ['lineage', origin === null ? lineage : `${lineage}, from savepoint ${origin}`],
    ['key groups', String(keyGroups)],
    ['actors', String(actors)],
    ['size', bytesText(bytes)],
  ])
  const rows = operators.map(({ operator, kind, chunks, bytes: own }) => [operator, kind, countText(chunks), bytesText(own)])
  return `${[...head, '', ...alignRows([['operator', 'kind', 'chunks', 'size'], ...rows], [2, 3])].join('\n')}\n`
}

function verdictsText(verdicts: readonly CheckpointVerdict[]): string {
  if (verdicts.length === 0) return 'no complete checkpoint\n'
  const lines = verdicts.flatMap(({ id, damage }) =>
    damage.length === 0
      ? [`checkpoint ${id}  whole`]
      : [`checkpoint ${id}  ${plural(damage.length, 'damaged piece')}`, ...damage.map((what) => `  ${what}`)],
  )
  return `${lines.join('\n')}\n`
}
