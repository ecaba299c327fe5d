import { corrupt } from './payload-reader.ts'

/**
 * Which records of a batch have which shape, as runs: run i ends before record `ends[i]`, its records have shape `shapes[i]`. The
 * rows of a shape are its records in their order.
 */
export interface Runs {
  readonly shapes: readonly number[]
  readonly ends: readonly number[]
  /** Records of each shape. */
  readonly rows: readonly number[]
}

/** All `length` records have shape 0. */
export function oneRun(length: number): Runs {
  return length === 0 ? { shapes: [], ends: [], rows: [0] } : { shapes: [0], ends: [length], rows: [length] }
}

/** Throws MR_FRAME_CORRUPT if the selector names a shape that is not there. */
export function runsOf(selector: Uint8Array, shapeCount: number): Runs {
  const shapes: number[] = []
  const ends: number[] = []
  const rows: number[] = new Array<number>(shapeCount).fill(0)
  const length = selector.length
  for (let i = 0; i < length;) {
    const start = i
    const shape = selector[i]!
    if (shape >= shapeCount) corrupt(`names shape ${shape} of ${shapeCount}`)
    do i++
    while (i < length && selector[i] === shape)
    shapes.push(shape)
    ends.push(i)
    rows[shape]! += i - start
  }
  return { shapes, ends, rows }
}

/** Puts row after row of one shape in their places. */
export function scatter(part: ArrayLike<unknown>, { shapes, ends }: Runs, shape: number, out: unknown[]): void {
  let row = 0
  for (let run = 0, place = 0; run < ends.length; run++) {
    const end = ends[run]!
    if (shapes[run] !== shape) place = end
    else while (place < end) out[place++] = part[row++]
  }
}

/** As {@link scatter}, for numbers: a function of its own, so that V8 compiles each for its kinds of arrays. */
export function scatterNumbers(part: ArrayLike<number>, { shapes, ends }: Runs, shape: number, out: Int32Array | Float64Array): void {
  let row = 0
  for (let run = 0, place = 0; run < ends.length; run++) {
    const end = ends[run]!
    if (shapes[run] !== shape) place = end
    else while (place < end) out[place++] = part[row++]!
  }
}
