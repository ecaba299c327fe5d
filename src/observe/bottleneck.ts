/** What is known of one task over the last second or so; shares are from 0 to 1. */
export interface TaskLoad {
  readonly task: number
  readonly name: string
  /** Of the busiest actor. */
  readonly busyShare: number
  /** Of the actor that lacked credit for the longest time, the wait that still goes on included. */
  readonly blockedShare: number
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
  /** For which share of the time those that send to it stood still; 0 where none did. */
  readonly sendersBlockedShare: number
}

/** A mailbox this full makes senders wait: half of its budget is divided among them. */
const FULL_SHARE = 0.5
/** Senders that stand still for so much of their time are held back by somebody. */
const BLOCKED_SHARE = 0.1
/** A worker this busy has nothing left to give. */
const BUSY_SHARE = 0.7

/**
 * What keeps the job from going faster. Tasks hold back their senders when their mailboxes are full, or when a sender lacks credit for some of its time and theirs is the fullest
 * of those that it sends to. Of those that do, and are not held back by one of their own receivers, it is the busiest. Where nobody is held back, the busiest task of a worker
 * that is busy. Null: the job keeps up with its input.
 */
export function findBottleneck(tasks: readonly TaskLoad[]): Bottleneck | null {
  const holding = holdersOf(tasks)
  const holder = busiest(tasks.filter(({ task, receivers }) => holding.has(task) && !receivers.some((receiver) => holding.has(receiver))))
  const waits = tasks.find(({ outlets, blockedShare }) => outlets.length > 0 && blockedShare >= BLOCKED_SHARE)
  if (holder !== null) {
    // It neither works nor waits for another task: what it waits for is the reader of its outlet.
    if (holder.outlets.length > 0 && holder.workerBusyShare < BUSY_SHARE) return slowOutlet(holder)
    return named(holder, 'holds back its senders', sendersOf(holder, tasks))
  }
  if (waits !== undefined) return slowOutlet(waits)
  const worker = busiest(tasks.filter(({ workerBusyShare }) => workerBusyShare >= BUSY_SHARE))
  return worker && named(worker, 'busiest of a busy worker', [])
}

function holdersOf(tasks: readonly TaskLoad[]): ReadonlySet<number> {
  const byTask = new Map(tasks.map((load) => [load.task, load]))
  const holding = new Set(tasks.filter(({ mailboxShare }) => mailboxShare >= FULL_SHARE).map(({ task }) => task))
  for (const { blockedShare, receivers, outlets } of tasks) {
    if (blockedShare < BLOCKED_SHARE || outlets.length > 0) continue
    const [fullest] = receivers.map((task) => byTask.get(task)!).sort((a, b) => b.mailboxShare - a.mailboxShare)
    if (fullest !== undefined && fullest.mailboxShare > 0) holding.add(fullest.task)
  }
  return holding
}

function sendersOf({ task }: TaskLoad, tasks: readonly TaskLoad[]): TaskLoad[] {
  return tasks.filter(({ receivers }) => receivers.includes(task))
}

function slowOutlet(task: TaskLoad): Bottleneck {
  return { ...named(task, 'outlet is read slowly', [task]), name: task.outlets[0]! }
}

function named({ name, busyShare }: TaskLoad, reason: Bottleneck['reason'], senders: readonly TaskLoad[]): Bottleneck {
  return { name, reason, busyShare, sendersBlockedShare: Math.max(0, ...senders.map(({ blockedShare }) => blockedShare)) }
}

function busiest(tasks: readonly TaskLoad[]): TaskLoad | null {
  return tasks.reduce<TaskLoad | null>((best, task) => (best === null || task.busyShare > best.busyShare ? task : best), null)
}
