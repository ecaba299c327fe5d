/** What is known of one task over the last interval; shares are from 0 to 1. */
export interface TaskLoad {
  readonly task: number
  readonly name: string
  /** Of the busiest actor. */
  readonly busyShare: number
  /** Of the busiest worker that runs one of its actors. */
  readonly workerBusyShare: number
  /** Of the fullest mailbox; 0 for a source. */
  readonly mailboxShare: number
  readonly receivers: readonly number[]
  readonly outlets: readonly string[]
}

export interface Bottleneck {
  /** A task, or an outlet. */
  readonly name: string
  readonly reason: 'holds back its senders' | 'busiest of a busy worker' | 'outlet is read slowly'
  readonly busyShare: number
}

/** A mailbox this full makes senders wait: half of its budget is divided among them. */
const FULL_SHARE = 0.5
/** A worker this busy has nothing left to give. */
const BUSY_SHARE = 0.7

/**
 * What keeps the job from going faster: of the tasks whose mailboxes are full while those of their receivers are not, the busiest. When no
 * mailbox is full, the busiest task of a worker that is busy. Null: the job keeps up with its input.
 */
export function findBottleneck(tasks: readonly TaskLoad[]): Bottleneck | null {
  const full = new Set(tasks.filter(({ mailboxShare }) => mailboxShare >= FULL_SHARE).map(({ task }) => task))
  const holding = tasks.filter(({ task, receivers }) => full.has(task) && !receivers.some((receiver) => full.has(receiver)))
  const holder = busiest(holding)
  if (holder !== null) {
    // It neither works nor waits for another task: what it waits for is the reader of its outlet.
    const [outlet] = holder.outlets
    if (outlet !== undefined && holder.workerBusyShare < BUSY_SHARE)
      return { name: outlet, reason: 'outlet is read slowly', busyShare: holder.busyShare }
    return { name: holder.name, reason: 'holds back its senders', busyShare: holder.busyShare }
  }
  const worker = busiest(tasks.filter(({ workerBusyShare }) => workerBusyShare >= BUSY_SHARE))
  return worker && { name: worker.name, reason: 'busiest of a busy worker', busyShare: worker.busyShare }
}

function busiest(tasks: readonly TaskLoad[]): TaskLoad | null {
  return tasks.reduce<TaskLoad | null>((best, task) => (best === null || task.busyShare > best.busyShare ? task : best), null)
}
