/** What is recorded of a run, thread by thread. Times in microseconds, sizes in bytes. */
import type { Allocated } from './allocated-bytes.ts'

export interface CallFrame {
  readonly functionName: string
  readonly scriptId: string
  readonly url: string
  /** That the function begins in, counted from 0. */
  readonly lineNumber: number
}

/** Where a function stands in its script: lines counted from 1, both inclusive. */
export interface FunctionLines {
  readonly first: number
  readonly last: number
}

export interface ProfileNode {
  readonly id: number
  readonly callFrame: CallFrame
  readonly children?: readonly number[]
  /**
   * Samples in this very node by line, counted from 1. Where V8 has inlined other functions and a sample is in their code, it is a line of their script; only samples in what
   * inlined code calls have nodes of their own for it.
   */
  readonly positionTicks?: readonly { readonly line: number; readonly ticks: number }[]
}

/** As the inspector's protocol has it (Profiler.Profile). */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[]
  /** The node of each sample, and the time since the one before. */
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export type Role = 'app' | 'control' | 'storage' | 'worker'

export interface ThreadRecording extends Allocated {
  readonly role: Role
  readonly wallUs: number
  readonly profile: CpuProfile
  /** Generated code that the profile names, by script id. */
  readonly sources: Readonly<Record<string, string>>
  /** The functions of scripts that the profile names, by script id. */
  readonly functions: Readonly<Record<string, readonly FunctionLines[]>>
}

/** One workload in its steady state. */
export interface Recording {
  readonly query: string
  readonly workers: number
  /** Made by the sources meanwhile. */
  readonly records: number
  readonly wallUs: number
  /** Processor time of the process, as the operating system has it. */
  readonly cpuUs: number
  readonly checkpoints: number
  readonly threads: readonly ThreadRecording[]
}

/** What the app thread says to the probes of all threads. */
export type ProbeWord = { readonly type: 'begin' } | { readonly type: 'end'; readonly directory: string }

export type ProbeAnswer = { readonly type: 'begun' } | { readonly type: 'ended'; readonly file: string }

export const WORDS = 'millrace-stages-words'
export const ANSWERS = 'millrace-stages-answers'
