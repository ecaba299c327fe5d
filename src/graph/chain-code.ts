import { type SiteOf, sourceMapComment } from './chain-source-map.ts'
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
  const time = eventTime === undefined ? 'timestamps === null ? NaN : timestamps[i]' : `${text.constant(eventTime)}(v)`
  const largest = eventTime === undefined ? '' : 'if (ts > largest) largest = ts\n'
  const observe = head.observe === undefined ? '' : `${text.constant(head.observe)}(v, ts)\n`
  const loop = `let largest = -Infinity\nfor (let i = from; i < to; i++) {\nat = ${head.id}\nconst v = ${value}\nconst ts = ${time}\n${freezing(text, options, 'v')}${largest}${observe}${branches(steps, 'v', text, options)}\n}\nreturn largest`
  return text.compile('records, from, to, timestamps', guarded(text, options, loop), options)
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

function stepCode(step: ChainStep, value: string, text: FunctionText, options: ChainCodeOptions): string {
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
