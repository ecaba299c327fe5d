import { isDeepStrictEqual } from 'node:util'
import type { BackendOption } from '../../src/index.ts'
import type { ErrorCode, MillraceError } from '../../src/errors.ts'
import { KEY_GROUPS_DEFAULT } from '../../src/limits.ts'
import { type KitOptions, type KitOutput, type Step, operatorKit } from '../../src/testing/index.ts'
import { type FlinkCase, type Given, divide } from './case.ts'
import { runMembers } from './alignment-operator.ts'
import { type KitOperatorSpec, type OperatorSpec, type PartSpec, isPart, pieceOf } from './operators.ts'
import { runSplits } from './split-runner.ts'
import { inTier } from '../tier.ts'

/** What came out where Flink gives something else. */
export interface Mismatch {
  readonly after: string
  readonly expected: unknown
  readonly came: unknown
}

/** Runs a case under the operator kit, with reruns, and compares what came out between its lines. */
export async function mismatches(
  { name, operator, script: lines, fails, keyGroups = KEY_GROUPS_DEFAULT }: FlinkCase,
  backend: BackendOption = 'memory',
): Promise<Mismatch[]> {
  if (lines === null) return refusal(operator, 'MR_OPTION_INVALID', [])
  const { script, expected } = divide(lines)
  if (fails !== undefined) return refusal(operator, fails, script)
  const came = isPart(operator) ? runPart(operator, script) : await runKit(operator, script, { seed: name, keyGroups, backend })
  const tellsTime = operator.type === 'splits' || operator.type === 'channels' || operator.type === 'event time'
  return expected.flatMap(({ upTo, gives }, i) => {
    const outputs = came.slice(expected[i - 1]?.upTo ?? 0, upTo).flat()
    const [wanted, given] = [ordered(gives, tellsTime), ordered(outputs, tellsTime)]
    if (isDeepStrictEqual(wanted, given)) return []
    return [{ after: `step ${upTo - 1} ${JSON.stringify(script[upTo - 1])}`, expected: wanted, came: given }]
  })
}

async function refusal(operator: OperatorSpec, code: ErrorCode, script: readonly Step[]): Promise<Mismatch[]> {
  try {
    if (!isPart(operator)) await operatorKit(pieceOf(operator), script)
  } catch (error) {
    if ((error as MillraceError).code === code) return []
    throw error
  }
  return [{ after: 'the script', expected: code, came: 'no error' }]
}

function runPart(operator: PartSpec, script: readonly Step[]): Given[][] {
  return operator.type === 'splits' ? runSplits(operator, script) : runMembers(operator, script)
}

async function runKit(operator: KitOperatorSpec, script: readonly Step[], options: KitOptions): Promise<Given[][]> {
  // A source that waits for others looks again when anything wakes it, a checkpoint for example.
  const order = operator.type === 'aligned inlets' ? 'any' : 'step'
  const { steps } = await operatorKit(pieceOf(operator), script, { order, positionsMax: inTier(2, 6), ...options })
  return steps.map((outlets) =>
    Object.entries(outlets as Record<string, KitOutput[]>).flatMap(([outlet, outputs]) =>
      outputs.flatMap((output) => given(outlet, output)),
    ),
  )
}

function given(outlet: string, output: KitOutput): Given[] {
  if ('end' in output) return []
  const late = outlet.startsWith('late')
  if (!late || !('record' in output)) return late ? [] : [output]
  const { record, ...time } = output
  return [{ late: record, ...time }]
}

/** Records in the order of their text, since Flink's tests leave it open; watermarks and idleness in theirs, where the case is about them. */
function ordered(outputs: readonly Given[], tellsTime: boolean): unknown[] {
  const isRecord = (output: Given): boolean => 'record' in output || 'late' in output
  const records = outputs.filter(isRecord).map((output) => JSON.stringify(output))
  return [...records.sort(), ...(tellsTime ? outputs.filter((output) => !isRecord(output)) : [])]
}

/** A cache with room for a few keys, so that rows come and go. */
const ON_DISK = { type: 'lmdb', cacheBytes: 1024 } as const

/** Cases with the backends that they are run with: all in memory, and on disk a share of them in the first tier. */
export function withBackends(cases: readonly FlinkCase[]): (readonly [name: string, backend: string, check: () => Promise<Mismatch[]>])[] {
  return [
    ...cases.map((each) => [each.name, 'memory', () => mismatches(each)] as const),
    ...cases.filter((_, i) => inTier(i % 4 === 0, true)).map((each) => [each.name, 'lmdb', () => mismatches(each, ON_DISK)] as const),
  ]
}
