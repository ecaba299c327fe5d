import { MillraceError } from '../errors.ts'
import { type OperatorNode } from '../graph/graph.ts'
import { type TaskPlan, keepApart } from '../graph/plan.ts'
import { Board, type Weighed, nameOf } from './board.ts'
import { type CheckedPlacement, MIB } from './settings.ts'
import { type Need, type Unit, fits } from './units.ts'
import { SHARED, sharedNeed } from './weigh.ts'

/**
 * Refuses what no placement can mend, with the numbers.
 *
 * @throws MillraceError MR_PLACEMENT_IMPOSSIBLE
 */
export function requireFit(plan: TaskPlan, units: readonly Unit[], room: Need, placement: CheckedPlacement): void {
  const { machine } = placement
  const { workers } = plan
  for (const unit of units) {
    contradicts(unit)
    if (fits([unit], room)) continue
    const what = unit.actors.length > 1 ? `What belongs together (${namesOf(unit)})` : `One instance of ${namesOf(unit)}`
    refuse(unit, `${what} needs ${text(unit)}; one of ${counted(workers, 'worker')} on ${number(machine.cores)} cores has ${text(room)}`)
  }
  const sum = (of: (unit: Unit) => number): number => units.reduce((total, unit) => total + of(unit), 0)
  const total = { cpu: sum(({ cpu }) => cpu), heapBytes: sum(({ heapBytes }) => heapBytes) }
  const all = { cpu: room.cpu * workers, heapBytes: room.heapBytes * workers }
  if (!fits([total], all))
    refuse(
      largest(units, room),
      `All demands come to ${text(total)}; ${counted(workers, 'worker')} on ${number(machine.cores)} cores have ${text(all)}`,
    )
  for (const what of SHARED) {
    const needed = sum((unit) => sharedNeed(unit, what))
    if (needed <= machine[what]) continue
    const most = units.toSorted((a, b) => sharedNeed(b, what) - sharedNeed(a, what))[0]!
    refuse(most, `All demands of ${what} come to ${number(needed)}; the machine has ${number(machine[what])}`)
  }
  const alone = units.filter(({ exclusive }) => exclusive)
  const needed = alone.length + (alone.length < units.length ? 1 : 0)
  if (alone.length === 0 || needed <= workers) return
  const others = alone.length < units.length ? ', and all others need 1' : ''
  refuse(alone[0]!, `${counted(alone.length, 'instance')} of exclusive operators need as many workers${others}; there are ${workers}`)
}

/** @throws MillraceError MR_PLACEMENT_IMPOSSIBLE for what is to be together and apart */
function contradicts(unit: Unit): void {
  if (unit.apart.size === 0) return
  for (const { nodes, task } of unit.actors) {
    if (!unit.apart.has(task.id)) continue
    for (const node of nodes) {
      const other = unit.actors.flatMap((actor) => actor.nodes).find((rival) => keepApart(node, rival))
      if (other === undefined) continue
      const [says, named] = node.placement?.antiAffinity.includes(other.name) ? [node, other] : [other, node]
      refuseFor(says, `antiAffinity keeps it off "${named.name}", but affinity puts both on one worker`)
    }
  }
}

/** @throws MillraceError MR_PLACEMENT_IMPOSSIBLE with what the workers had left when one did not fit */
export function refuseUnplaced(plan: TaskPlan, units: readonly Weighed[], room: Need): never {
  const board = new Board(plan.workers, plan.tasks.length, room)
  for (const unit of units) {
    const workers = Array.from({ length: plan.workers }, (_, worker) => worker)
    const open = workers.filter((worker) => board.objection(unit, worker) === null)
    const best = open.toSorted((a, b) => board.weightOn(a) - board.weightOn(b))[0]
    if (best !== undefined) {
      board.put(unit, best)
      continue
    }
    const why = workers.map((worker) => `worker ${worker} ${whyNot(board, unit, worker, room)}`).slice(0, 8)
    const more = workers.length > 8 ? `, and ${workers.length - 8} more` : ''
    refuse(
      unit,
      `There is no room for ${nameOf(unit)}, which needs ${text(unit)}: ${why.join(', ')}${more}. No other way to place all was found either`,
    )
  }
  // Only a search without forward edges holds more together than it finds room for.
  return refuse(units[0]!, `No way was found to place ${counted(units.length, 'group')} of actors on ${counted(plan.workers, 'worker')}`)
}

function whyNot(board: Board, unit: Unit, worker: number, room: Need): string {
  const objection = board.objection(unit, worker)
  if (objection !== 'has no room') return objection ?? 'is free'
  const used = board.usedOn(worker)
  return `has ${text({ cpu: room.cpu - used.cpu, heapBytes: room.heapBytes - used.heapBytes })} left`
}

function largest(units: readonly Unit[], room: Need): Unit {
  const share = ({ cpu, heapBytes }: Need): number => Math.max(cpu / room.cpu, heapBytes / room.heapBytes)
  return units.toSorted((a, b) => share(b) - share(a))[0]!
}

function refuse(unit: Unit, why: string): never {
  const nodes = unit.actors.flatMap((actor) => actor.nodes)
  return refuseFor(
    nodes.find(({ name }) => name === nameOf(unit))!,
    why,
  )
}

function refuseFor({ name, site }: OperatorNode, why: string): never {
  throw new MillraceError('MR_PLACEMENT_IMPOSSIBLE', why, { operator: name, site })
}

function namesOf({ actors }: Unit): string {
  return [...new Set(actors.map(({ task }) => task.name))].join(', ')
}

/** 'cpu 0.5 and heap 64 MB', as far as there is any. */
function text({ cpu, heapBytes }: Need): string {
  const heap = heapBytes === Infinity ? 'any heap' : `heap ${number(heapBytes / MIB)} MB`
  return [...(cpu > 0 ? [`cpu ${number(cpu)}`] : []), ...(heapBytes > 0 ? [heap] : [])].join(' and ') || 'nothing in particular'
}

function number(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2)
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
