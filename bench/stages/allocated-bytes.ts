import { type GCProfilerResult, GCProfiler, getHeapSpaceStatistics, getHeapStatistics } from 'node:v8'

type HeapImage = GCProfilerResult['statistics'][number]['beforeGC']

/** Used bytes of each space of the heap, and outside of it. */
interface Sizes {
  readonly spaces: ReadonlyMap<string, number>
  readonly external: number
}

export interface Allocated {
  /** In the heap of V8. */
  readonly heapBytes: number
  /** Outside of it: the memory of buffers. */
  readonly externalBytes: number
  /** For which collections stopped the thread. */
  readonly gcUs: number
  readonly gcCount: number
}

/**
 * What a thread allocates, collected or not: V8 tells the sizes of its heap's spaces before and after each collection, and what a space has grown by from the end of one
 * collection to the beginning of the next was allocated in between. What a collection moves is not counted, since that grows a space from before to after. Exact but for two
 * things, which both make it less: while old space is swept it shrinks, which hides as much of what is allocated there; and buffers that are freed hide new ones.
 */
export class AllocatedBytes {
  readonly #profiler = new GCProfiler()
  #first: Sizes = sizesNow()

  start(): void {
    this.#profiler.start()
    this.#first = sizesNow()
  }

  stop(): Allocated {
    const last = sizesNow()
    const { statistics } = this.#profiler.stop()
    const befores = [...statistics.map(({ beforeGC }) => sizesOf(beforeGC)), last]
    const afters = [this.#first, ...statistics.map(({ afterGC }) => sizesOf(afterGC))]
    let [heapBytes, externalBytes] = [0, 0]
    befores.forEach(({ spaces, external }, i) => {
      const since = afters[i]!
      for (const [space, bytes] of spaces) heapBytes += Math.max(0, bytes - (since.spaces.get(space) ?? 0))
      externalBytes += Math.max(0, external - since.external)
    })
    return { heapBytes, externalBytes, gcUs: statistics.reduce((sum, { cost }) => sum + cost, 0), gcCount: statistics.length }
  }
}

function sizesNow(): Sizes {
  return {
    spaces: new Map(getHeapSpaceStatistics().map((space) => [space.space_name, space.space_used_size])),
    external: getHeapStatistics().external_memory,
  }
}

function sizesOf({ heapStatistics, heapSpaceStatistics }: HeapImage): Sizes {
  return {
    spaces: new Map(heapSpaceStatistics.map((space) => [space.spaceName, space.spaceUsedSize])),
    external: heapStatistics.externalMemory,
  }
}
