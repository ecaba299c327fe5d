import { type Key, generate } from '../src/actor/operator-kit.ts'

/** One input as the code of an actor sees it. */
export interface CallInput {
  /** Null: the records have no key here. */
  readonly key: string | ((record: unknown) => Key) | null
  /** Method of the actor. */
  readonly method: string
  /** What the method is given beside the record. */
  readonly ctx: object
}

/** What stands around each call of the actor. */
export interface CallFrame {
  /** Number of the input that the records come from. */
  input: number
  begin(key: Key, timestamp: number): void
  beginWithoutKey(timestamp: number): void
  /** @param result of the call, which must be undefined */
  end(result: unknown): void
}

export type Process = (record: unknown, timestamp: number) => void
type Actor = Readonly<Record<string, (record: unknown, ctx: object) => unknown>>

/** The function that gives each record to the actor's method: compiled for each operator, so that V8 sees one actor and one kind of record in it. */
export function compileProcess(name: string, actor: object, frame: CallFrame, inputs: readonly CallInput[]): Process {
  const cases = inputs.map(({ key, method }, i) => {
    const value = typeof key === 'string' ? `record[${JSON.stringify(key)}]` : `inputs[${i}].key(record)`
    const begin = key === null ? 'frame.beginWithoutKey(timestamp)' : `frame.begin(${value}, timestamp)`
    return `${begin}\nframe.end(actor[${JSON.stringify(method)}](record, c${i}))`
  })
  const body = cases.map((text, i) => (i === cases.length - 1 ? `{\n${text}\n}` : `if (frame.input === ${i}) {\n${text}\n} else`)).join(' ')
  const contexts = inputs.map((_, i) => `const c${i} = inputs[${i}].ctx`).join('\n')
  const text = `${contexts}\nreturn function process(record, timestamp) {\n${body}\n}`
  return generate<(a: object, f: CallFrame, i: readonly CallInput[]) => Process>(name, ['actor', 'frame', 'inputs'], text)(
    actor,
    frame,
    inputs,
  )
}

/** The same without generated code. */
export function linkProcess(actor: object, frame: CallFrame, inputs: readonly CallInput[]): Process {
  return (record, timestamp) => {
    const { key, method, ctx } = inputs[frame.input]!
    if (key === null) frame.beginWithoutKey(timestamp)
    else frame.begin(typeof key === 'string' ? (record as Record<string, Key>)[key]! : key(record), timestamp)
    frame.end((actor as Actor)[method]!(record, ctx))
  }
}
