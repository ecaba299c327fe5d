import type { ActorPlacement, Plan } from '../graph/plan.ts'

/** Name of an actor in checkpoints: its task and instance. */
export function actorName(plan: Plan, actor: ActorPlacement): string {
  return `${plan.tasks[actor.task]!.name}#${actor.index}`
}

/** Every actor that takes part in checkpoints: all but the outlets, which live on the app thread. */
export function planActorNames(plan: Plan): string[] {
  return plan.actors.filter((actor) => !plan.tasks[actor.task]!.onAppThread).map((actor) => actorName(plan, actor))
}

/** Actors in which a checkpoint begins. */
export function planSources(plan: Plan): string[] {
  return plan.actors
    .filter((actor) => plan.graph.nodes[plan.tasks[actor.task]!.nodes[0]!]!.inputs.length === 0)
    .map((actor) => actorName(plan, actor))
}

/** The task and the instance that an actor's name says. */
export function placeOfActor(name: string): { readonly task: string; readonly index: number } {
  const at = name.lastIndexOf('#')
  return { task: name.slice(0, at), index: Number(name.slice(at + 1)) }
}
