import type { OperatorContext } from '../src/actor/contract.ts'
import { generate } from '../src/actor/operator-kit.ts'

type Numbers = Int32Array | Float64Array

/** Emits one `{ key, ...results }` per row of columns. */
export type RowEmitter = (keys: Numbers, results: readonly Numbers[], timestamps: Float64Array | null) => void

export function rowEmitter({ emit, generateCode, jobName, operator }: OperatorContext, names: readonly string[]): RowEmitter {
  if (!generateCode) return interpreted(emit, names)
  const columns = names.map((_, i) => `const c${i} = results[${i}]`).join('\n')
  const record = `{ key: keys[i], ${names.map((name, i) => `${JSON.stringify(name)}: c${i}[i]`).join(', ')} }`
  const loop = `for (let i = 0; i < keys.length; i++) emit(${record}, timestamps === null ? NaN : timestamps[i])`
  const body = `return function (keys, results, timestamps) {\n${columns}\n${loop}\n}`
  return generate<(e: OperatorContext['emit']) => RowEmitter>(`${jobName}/${operator}/rows`, ['emit'], body)(emit)
}

function interpreted(emit: OperatorContext['emit'], names: readonly string[]): RowEmitter {
  return (keys, results, timestamps) => {
    for (let i = 0; i < keys.length; i++) {
      const record: Record<string, number> = { key: keys[i]! }
      names.forEach((name, column) => (record[name] = results[column]![i]!))
      emit(record, timestamps === null ? NaN : timestamps[i]!)
    }
  }
}
