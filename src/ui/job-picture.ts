import { nodeName, partitioningText } from '../graph/graph-words.ts'
import type { Plan } from '../graph/plan.ts'
import { type JobShape, jobShape } from '../observe/job-shape.ts'

/** What stays the same until the layout of a run changes. Plain data. */
export interface JobPicture {
  readonly job: string
  readonly workers: number
  readonly tasks: readonly {
    readonly task: number
    readonly name: string
    /** Its operators, in the order in which records pass them. `site`: `file:line:column` of the definition, without folders. */
    readonly operators: readonly { readonly name: string; readonly kind: string; readonly site: string }[]
    readonly actors: number
    /** Numbers of the workers that run them; empty: the app thread does. */
    readonly workers: readonly number[]
  }[]
  readonly edges: readonly {
    readonly edge: number
    readonly from: number
    readonly to: number
    /** 'hash by shop'; null for what goes straight on. */
    readonly partitioning: string | null
    /** Named output that it leads away from. */
    readonly output: string | null
  }[]
  readonly shape: JobShape
}

export function jobPicture(plan: Plan, mailboxBytes: number): JobPicture {
  const { graph, workers, tasks, edges } = plan
  return {
    job: graph.jobName,
    workers,
    tasks: tasks.map((task) => {
      const actors = plan.actors.filter((actor) => actor.task === task.id)
      const nodes = task.nodes.map((node) => graph.nodes[node]!)
      return {
        task: task.id,
        name: nodes.map(nodeName).join(' > '),
        operators: nodes.map((node) => ({ name: nodeName(node), kind: node.kind, site: node.site.replace(/^.*[\\/]/, '') })),
        actors: actors.length,
        workers: [...new Set(actors.map(({ thread }) => thread).filter((thread) => thread < workers))],
      }
    }),
    edges: edges.map(({ id, fromTask, toTask, partitioning, output }) => ({
      edge: id,
      from: fromTask,
      to: toTask,
      partitioning: partitioningText(partitioning),
      output: output ?? null,
    })),
    shape: jobShape(plan, mailboxBytes),
  }
}
