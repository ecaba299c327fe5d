import { expect } from 'vitest'
import { type KitOutput, type Step, operatorKit } from '../../src/testing/index.ts'
import { type FlinkCase, type Given, divide } from './case.ts'
import { pieceOf } from './operators.ts'
import { runSplits } from './split-runner.ts'

/** Runs a case under the operator kit, with reruns, and compares what came out between its lines. */
export async function runCase({ name, operator, script: lines }: FlinkCase): Promise<void> {
  if (lines === null) {
    if (operator.type === 'splits') throw new Error('splits are never refused')
    await expect(operatorKit(pieceOf(operator), [])).rejects.toMatchObject({ code: 'MR_OPTION_INVALID' })
    return
  }
  const { script, expected } = divide(lines)
  const came = operator.type === 'splits' ? runSplits(operator, script) : await runKit(name, operator, script)
  const tellsTime = operator.type === 'splits' || operator.type === 'channels' || operator.type === 'event time'
  let from = 0
  for (const { upTo, gives } of expected) {
    const outputs = came.slice(from, upTo).flat()
    const where = `after step ${upTo} (${JSON.stringify(script[upTo - 1])})`
    expect(ordered(outputs, tellsTime), where).toEqual(ordered(gives, tellsTime))
    from = upTo
  }
}

async function runKit(name: string, operator: Parameters<typeof pieceOf>[0], script: readonly Step[]): Promise<Given[][]> {
  const { steps } = await operatorKit(pieceOf(operator), script, { order: 'step', positionsMax: 6, seed: name })
  return steps.map((outlets) =>
    Object.entries(outlets as Record<string, KitOutput[]>).flatMap(([outlet, outputs]) =>
      outputs.flatMap((output) => given(outlet, output)),
    ),
  )
}

function given(outlet: string, output: KitOutput): Given[] {
  if ('end' in output) return []
  if (outlet !== 'late' || !('record' in output)) return outlet === 'late' ? [] : [output]
  const { record, ...time } = output
  return [{ late: record, ...time }]
}

/** Records in the order of their text, since Flink's tests leave it open; watermarks and idleness in theirs, where the case is about them. */
function ordered(outputs: readonly Given[], tellsTime: boolean): unknown[] {
  const isRecord = (output: Given): boolean => 'record' in output || 'late' in output
  const records = outputs.filter(isRecord).map((output) => JSON.stringify(output))
  return [...records.sort(), ...(tellsTime ? outputs.filter((output) => !isRecord(output)) : [])]
}
