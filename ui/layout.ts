import { Graph, layout } from '@dagrejs/dagre'
import type { JobPicture } from '../src/ui/job-picture.ts'

export interface Box {
  readonly task: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Line {
  readonly edge: number
  readonly points: readonly { readonly x: number; readonly y: number }[]
  /** Middle of its label. */
  readonly x: number
  readonly y: number
}

export interface Drawing {
  readonly width: number
  readonly height: number
  readonly boxes: readonly Box[]
  readonly lines: readonly Line[]
}

export const ROW_HEIGHT = 18
/** Operators that a box names; of longer chains it says how many more there are. */
export const OPERATORS_SHOWN = 7
/** Of a box, and the most characters of a name in it: from left to right, or, where there is little room, from top to bottom. */
export const BOX = { LR: { width: 220, chars: 30 }, TB: { width: 146, chars: 19 } } as const
const HEAD = 34
const FOOT = 30
const MARGIN = 12

/** Where everything of the graph is, from left to right or from top to bottom. */
export function draw(job: JobPicture, direction: 'LR' | 'TB'): Drawing {
  const graph = new Graph({ multigraph: true })
  graph.setGraph({ rankdir: direction, nodesep: 20, ranksep: direction === 'LR' ? 60 : 46, marginx: MARGIN, marginy: MARGIN })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { task, operators } of job.tasks) {
    const rows = Math.min(operators.length, OPERATORS_SHOWN + 1)
    graph.setNode(String(task), { width: BOX[direction].width, height: HEAD + rows * ROW_HEIGHT + FOOT })
  }
  for (const { edge, from, to } of job.edges)
    graph.setEdge(String(from), String(to), { width: 110, height: 34, labelpos: 'c' }, String(edge))
  layout(graph)
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
  const boxes = job.tasks.map(({ task }) => ({ task, ...(graph.node(String(task)) as Omit<Box, 'task'>) }))
  const lines = job.edges.map(({ edge, from, to }) => {
    const { points, x, y } = graph.edge(String(from), String(to), String(edge)) as unknown as Omit<Line, 'edge'>
    return { edge, points, x, y }
  })
  return { width, height, boxes, lines }
}
