import { type SiteOf, sourceMapComment } from './chain-source-map.ts'
import { refuseEventTime } from '../core/event-time.ts'
import { EVENT_TIME_MS_MAX } from '../limits.ts'
import type { Emit, OperatorActor, OperatorDefinition, Weaver } from '../actor/contract.ts'

type Spec = Readonly<Record<string, unknown>>

/** One operator of a chain as code sees it: woven, or a call of its actor; with the branches that follow. */
export interface ChainStep {
  /** Number under which errors are attributed. */
  readonly id: number
  readonly definition: OperatorDefinition
  readonly spec: Spec
  /** Present unless woven: the actor that processes the record; its own emit leads to the steps after it. */
  readonly actor: OperatorActor | null
  /** Steps that read what this one emits. Empty for operators that are not woven. */
  readonly next: readonly ChainStep[]
  /** The same by named output. */
  readonly outputs?: ReadonlyMap<string, readonly ChainStep[]>
  /** Present under a policy for bad records: holds what the operator puts out until it has returned. `next` and `outputs` are its. */
  readonly guard?: StepGuard
}

/** See RecordGuard. Outputs are numbered: the one that every operator has, then those of `outputs` in their order. */
export interface StepGuard {
  begin(): void
  push(record: unknown, timestamp: number, output: number): void
  failed(error: unknown, record: unknown, timestamp: number): void
  end(): void
}

export interface ChainCodeOptions {
  /** Names the code in stacks and profiles; made unique, since V8 shares type feedback between functions of equal text. */
  readonly url: string
  /** Deep-freezes every record that an operator produces. */
  readonly freeze: ((record: unknown) => void) | null
  /** Turns what user code threw into an error that names the operator. */
  readonly fail: (error: unknown, step: number) => unknown
  /** `file:line:column` of a step's definition, to which its code is mapped. */
  readonly siteOf?: SiteOf
  readonly generateCode: boolean
  /** Is told the row of each record, for dead letters; null where nobody asks. */
  readonly place?: { row: number } | null
}

/** Runs rows from..to of a batch through a chain. Returns the largest event time that the head gave a record, -Infinity when it gives none. */
export type ChainRun = (records: unknown, from: number, to: number, timestamps: Float64Array | null) => number

/** The operator that a chain's loop begins with. */
export interface ChainHead {
  readonly id: number
  readonly definition: OperatorDefinition
  readonly spec: Spec
  /** Is shown every record with its event time. */
  readonly observe?: Emit | undefined
  /** Present where event times are given under a policy for bad records: a record without one is left out. */
  readonly guard?: StepGuard | undefined
}

const NO_OUTPUTS: ReadonlyMap<string, readonly ChainStep[]> = new Map()

/** `new Function` puts two lines above what it compiles; the line with the function's head is the third. */
const LINES_ABOVE_BODY = 3

let functionCount = 0

/** Collects the constants of one generated function. */
class FunctionText implements Omit<Weaver, 'spec' | 'next' | 'outputs'> {
  readonly #constants: unknown[] = []
  #names = 0

  constant(value: unknown): string {
    this.#constants.push(value)
    return `c${this.#constants.length - 1}`
  }

  fresh(prefix: string): string {
    return `${prefix}${this.#names++}`
  }

  compile<F>(parameters: string, body: string, { url, siteOf }: ChainCodeOptions): F {
    const name = JSON.stringify(decodeURI(url).replace('millrace://', ''))
    const map = siteOf === undefined ? '' : sourceMapComment(body, LINES_ABOVE_BODY, siteOf)
    // A function that is the value of a field has the field's name, which may be any text.
    const source = `'use strict'; return { ${name}: function (${parameters}) {\n${body}\n} }[${name}]\n${map}//# sourceURL=${url}#${functionCount++}`
    return new Function(...this.#constants.map((_, i) => `c${i}`), source)(...this.#constants) as F
  }
}

/** The function that hands a record to `steps`. */
export function compileEmit(steps: readonly ChainStep[], options: ChainCodeOptions): Emit {
  if (steps.length === 0) return () => {}
  const text = new FunctionText()
  const body = guarded(text, options, `${freezing(text, options, 'v')}${branches(steps, 'v', text, options)}`)
  return text.compile('v, ts', body, options)
}

/** The loop of a chain: over an array of records, or over row numbers when the head computes its records. */
export function compileRun(head: ChainHead, steps: readonly ChainStep[], options: ChainCodeOptions): ChainRun {
  const text = new FunctionText()
  const rows = head.definition.weaveRow
  const value =
    rows === undefined
      ? 'records[i]'
      : rows(
          weaver(text, head.spec, [], () => ''),
          'i',
        )
  const eventTime = head.spec['eventTime']
  const time = eventTime === undefined ? 'const ts = timestamps === null ? NaN : timestamps[i]' : timing(eventTime, head.guard, text)
  const row = options.place ? `${text.constant(options.place)}.row = i\n` : ''
  const largest = eventTime === undefined ? '' : 'if (ts > largest) largest = ts\n'
  const observe = head.observe === undefined ? '' : `${text.constant(head.observe)}(v, ts)\n`
  const loop = `let largest = -Infinity\nfor (let i = from; i < to; i++) {\nat = ${head.id}\n${row}const v = ${value}\n${time}\n${freezing(text, options, 'v')}${largest}${observe}${branches(steps, 'v', text, options)}\n}\nreturn largest`
  return text.compile('records, from, to, timestamps', guarded(text, options, loop), options)
}

/** Gives a record its event time. */
function timing(eventTime: unknown, guard: StepGuard | undefined, text: FunctionText): string {
  const time = `${text.constant(eventTime)}(v)`
  // NaN passes: a record may have none.
  const most = EVENT_TIME_MS_MAX
  const check = `if (typeof ts !== 'number' || ts > ${most} || ts < -${most}) ${text.constant(refuseEventTime)}(ts)`
  if (guard === undefined) return `const ts = ${time}\n${check}`
  const g = text.constant(guard)
  return `let ts = NaN\n${g}.begin()\ntry {\nts = ${time}\n${check}\n} catch (error) {\n${g}.failed(error, v, NaN)\n${g}.end()\ncontinue\n}`
}

/** `at` follows the operator that runs; it costs nothing in optimised code, and tells whose function threw. */
function guarded(text: FunctionText, options: ChainCodeOptions, code: string): string {
  return `let at = -1\ntry {\n${code}\n} catch (error) {\nthrow ${text.constant(options.fail)}(error, at)\n}`
}

function freezing(text: FunctionText, options: ChainCodeOptions, value: string): string {
  return options.freeze === null ? '' : `${text.constant(options.freeze)}(${value})\n`
}

function branches(steps: readonly ChainStep[], value: string, text: FunctionText, options: ChainCodeOptions): string {
  return steps.map((step) => `{\nat = ${step.id}\n${stepCode(step, value, text, options)}\n}`).join('\n')
}

/** Nothing but the operator itself is in the try block: what it puts out goes on once it has returned. */
function guardedCode(step: ChainStep, guard: StepGuard, value: string, text: FunctionText): string {
  const g = text.constant(guard)
  const outputs = [...(step.outputs ?? NO_OUTPUTS).keys()]
  const push = (result: string, output?: string): string => {
    if (output !== undefined && !outputs.includes(output)) return ''
    return `${g}.push(${result}, ts, ${output === undefined ? 0 : 1 + outputs.indexOf(output)})`
  }
  const code =
    step.actor === null
      ? step.definition.weave!(weaver(text, step.spec, outputs, push), value, step.spec)
      : `${text.constant(step.actor)}.process(${value}, ts)`
  return `${g}.begin()\ntry {\n${code}\n} catch (error) {\n${g}.failed(error, ${value}, ts)\n}\n${g}.end()`
}

function stepCode(step: ChainStep, value: string, text: FunctionText, options: ChainCodeOptions): string {
  if (step.guard !== undefined) return guardedCode(step, step.guard, value, text)
  const weave = step.definition.weave
  if (weave === undefined || step.actor !== null) return `${text.constant(step.actor)}.process(${value}, ts)`
  const { outputs = NO_OUTPUTS } = step
  const next = (result: string, output?: string): string => {
    const readers = output === undefined ? step.next : (outputs.get(output) ?? [])
    return `${result === value ? '' : freezing(text, options, result)}${branches(readers, result, text, options)}\nat = ${step.id}`
  }
  return weave(weaver(text, step.spec, [...outputs.keys()], next), value, step.spec)
}

function weaver(text: FunctionText, spec: Spec, outputs: readonly string[], next: Weaver['next']): Weaver {
  return {
    spec: (key) => text.constant(spec[key]),
    constant: (value) => text.constant(value),
    fresh: (prefix) => text.fresh(prefix),
    outputs,
    next,
  }
}
