import type { Emit, OperatorContext } from '../actor/contract.ts'
import type { ChainStep } from '../graph/chain-code.ts'

// What most operators of most jobs are given. Shared, since there may be ten thousand of them.

export const NO_STEPS: ReadonlyMap<string, readonly ChainStep[]> = new Map()
export const NO_EMITS: ReadonlyMap<string, Emit> = new Map()

export const nowhere = (): void => {}
export const toNowhere = (): Emit => nowhere
export const noOrigin = (): null => null
export const unguarded: OperatorContext['guarded'] = (_record, _timestamp, _origin, work) => work()
