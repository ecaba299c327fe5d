import { mailboxBudget } from '../channel/credit.ts'
import { isOutlet, outletName } from '../graph/graph.ts'
import type { Plan } from '../graph/plan.ts'

/** One task, as far as progress is about it. */
export interface TaskShape {
  readonly task: number
  readonly name: string
  readonly actors: readonly number[]
  /** Tasks that read from it. */
  readonly receivers: readonly number[]
  /** Outlets that it feeds. */
  readonly outlets: readonly string[]
  /** Budget of one actor's mailbox; 0 for a source, which has none. */
  readonly mailboxBytes: number
}

export interface JobShape {
  readonly tasks: readonly TaskShape[]
  /** Tasks of the sources. */
  readonly sources: readonly number[]
}

/** What progress needs to know of a plan. Outlets live on the app thread and have no figures of their own. */
export function jobShape(plan: Plan, mailboxBytes: number): JobShape {
  const head = (task: number) => plan.graph.nodes[plan.tasks[task]!.nodes[0]!]!
  const working = plan.tasks.filter((task) => !task.onAppThread)
  const budget = (task: number): number => {
    const first = plan.actors.find((actor) => actor.task === task)!
    const channels = plan.channels.filter((channel) => channel.toActor === first.id).length
    return channels === 0 ? 0 : mailboxBudget(mailboxBytes, channels)
  }
  const tasks = working.map(({ id, name }) => {
    const next = [...new Set(plan.edges.filter((edge) => edge.fromTask === id).map((edge) => edge.toTask))]
    return {
      task: id,
      name,
      actors: plan.actors.filter((actor) => actor.task === id).map((actor) => actor.id),
      receivers: next.filter((to) => !plan.tasks[to]!.onAppThread),
      outlets: next.map(head).filter(isOutlet).map(outletName),
      mailboxBytes: budget(id),
    }
  })
  const sources = working.filter(({ id }) => head(id).inputs.length === 0).map(({ id }) => id)
  return { tasks, sources }
}
