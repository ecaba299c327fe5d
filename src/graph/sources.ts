import { deprecated } from '../core/deprecations.ts'
import { onlyKnown } from '../core/known-options.ts'
import type { OperatorDefinition } from '../actor/contract.ts'
import { MillraceError } from '../errors.ts'
import { SPLITS_MAX, SPLITS_PER_GENERATOR_DEFAULT, TIMER_MS_MAX, TIMER_PERIOD_MS_MIN } from '../limits.ts'
import * as check from './check-sink.ts'
import { checkFunction } from './check-function.ts'
import { type CsvOptions, type FileOptions, fileSpec } from './file-options.ts'
import type { ErrorPolicy } from './error-policy.ts'
import { EVENT_TIME_OPTIONS, type EventTimeOptions, eventTimeSpec } from './event-time.ts'
import type { GraphBuilder } from './graph-builder.ts'
import { type Guarantee, INLET_KIND, type Parallelism, outputOf } from './graph.ts'
import { type InletOptions, type InletSpec, inletAt } from './inlets.ts'
import { PLACEMENT_OPTIONS, type PlacementOptions, placementOf, withoutPlacement } from './placement-options.ts'
import { definitionSite } from './site.ts'
import type {
  ConnectedSourceOptions,
  GenerateOptions,
  IterableOptions,
  OwnSourceOptions,
  SourceSpec,
  Tick,
  TimerOptions,
} from './source-options.ts'
import type { Stream } from './stream.ts'

const SOURCE_OPTIONS = { ...EVENT_TIME_OPTIONS, ...PLACEMENT_OPTIONS, parallelism: 1 } as const
const FILE_OPTIONS = { ...SOURCE_OPTIONS, path: 1, glob: 1, watch: 1, onError: 1 } as const

interface SourceDraft {
  readonly kind: string
  readonly name: string
  readonly spec: Readonly<Record<string, unknown>>
  readonly site: string
  readonly parallelism: Parallelism
  readonly guarantee?: Guarantee
  /** Of sources that parse: their policy for what they cannot. */
  readonly parses?: { readonly onError: ErrorPolicy | undefined }
  readonly definition?: OperatorDefinition
  readonly placement: PlacementOptions
}

/** Makes the sources of a job; `build()` receives one. Names are unique and required: positions are kept under them. */
export class Sources {
  readonly #builder: GraphBuilder

  /** @internal */
  constructor(builder: GraphBuilder) {
    this.#builder = builder
  }

  /** Records computed from their number, as fast as they are wanted or at a rate; splittable, and replayed from its position after a restart. */
  generate<T>(name: string, options: GenerateOptions<T>): Stream<T> {
    const site = definitionSite(this.generate)
    onlyKnown('source.generate', options, { ...SOURCE_OPTIONS, count: 1, make: 1, splits: 1, rowsPerSecond: 1 }, site)
    checkFunction(options?.make, `source.generate("${name}") make`)
    const { count, splits = SPLITS_PER_GENERATOR_DEFAULT, rowsPerSecond } = options
    checkCount(count, name, site)
    if (!Number.isInteger(splits) || splits < 1 || splits > SPLITS_MAX)
      refuse(`splits=${String(splits)} is not an integer from 1 to ${SPLITS_MAX}`, name, site)
    if (rowsPerSecond !== undefined && !(typeof rowsPerSecond === 'number' && rowsPerSecond > 0))
      refuse(`rowsPerSecond=${String(rowsPerSecond)} is not a number above 0`, name, site)
    return this.#source({
      kind: 'generate',
      name,
      spec: { ...withoutPlacement(options), splits },
      site,
      parallelism: 'workers',
      placement: options,
    })
  }

  /**
   * Numbered ticks at regular times of the machine's clock. Whatever holds it back (a full mailbox, a restart, a laptop that sleeps), ticks
   * that were missed are left out and the next one comes when it would have come anyway; numbers go on without gaps, `at` shows what is missing.
   */
  timer(name: string, options: TimerOptions): Stream<Tick> {
    const site = definitionSite(this.timer)
    onlyKnown('source.timer', options, { ...PLACEMENT_OPTIONS, everyMs: 1, count: 1, eventTime: 1 }, site)
    const { everyMs, count = Infinity } = options ?? {}
    if (!(typeof everyMs === 'number' && everyMs >= TIMER_PERIOD_MS_MIN && everyMs <= TIMER_MS_MAX))
      refuse(`everyMs=${String(everyMs)} is not a time from ${TIMER_PERIOD_MS_MIN} to ${TIMER_MS_MAX} ms`, name, site)
    checkCount(count, name, site)
    return this.#source({ kind: 'timer', name, spec: { ...withoutPlacement(options), count }, site, parallelism: 1, placement: options })
  }

  /** A sync or async iterable, a Node.js stream or a web stream; one split. */
  iterable<T>(name: string, options: IterableOptions<T>): Stream<T> {
    const site = definitionSite(this.iterable)
    onlyKnown('source.iterable', options, { ...SOURCE_OPTIONS, open: 1, resume: 1 }, site)
    checkFunction(options?.open, `source.iterable("${name}") open`)
    const { resume = 'skip' } = options
    if (!['skip', 'seek', 'live'].includes(resume)) refuse(`resume=${String(resume)} is not 'skip', 'seek' or 'live'`, name, site)
    const guarantee = resume === 'live' ? 'at-most-once' : 'exactly-once'
    const spec = { ...withoutPlacement(options), resume }
    return this.#source({ kind: 'iterable', name, spec, site, parallelism: 1, guarantee, placement: options })
  }

  /** Lines of text files, without their line ends. Bytes that are not UTF-8 become U+FFFD. */
  lines(name: string, options: FileOptions<string>): Stream<string> {
    const site = definitionSite(this.lines)
    onlyKnown('source.lines', options, FILE_OPTIONS, site)
    return this.#files('lines', name, options, site)
  }

  /** CSV files with a header line; fields may be quoted. */
  csv<T = Readonly<Record<string, string>>>(name: string, options: CsvOptions<T>): Stream<T> {
    const site = definitionSite(this.csv)
    onlyKnown('source.csv', options, { ...FILE_OPTIONS, delimiter: 1, quote: 1, columns: 1, parse: 1 }, site)
    return this.#files('csv', name, options, site)
  }

  /** Files with one JSON value a line. */
  jsonLines<T>(name: string, options: FileOptions<T>): Stream<T> {
    const site = definitionSite(this.jsonLines)
    onlyKnown('source.jsonLines', options, FILE_OPTIONS, site)
    return this.#files('jsonLines', name, options, site)
  }

  /**
   * What a connector reads: `source.from('trades', parquetSource({ path }))`. Or a source of one's own: an operator that has `poll`. See docs/sources.md for what it has to do.
   *
   * @throws MillraceError MR_OPTION_INVALID
   */
  from<T>(name: string, source: SourceSpec<T>, options?: ConnectedSourceOptions<T>): Stream<T>
  from<T>(name: string, definition: OperatorDefinition, spec?: Readonly<Record<string, unknown>>, options?: OwnSourceOptions<T>): Stream<T>
  from<T>(
    name: string,
    given: OperatorDefinition | SourceSpec<T>,
    second: Readonly<Record<string, unknown>> = {},
    own: OwnSourceOptions<T> = {},
  ): Stream<T> {
    const site = definitionSite(this.from)
    const isConnected = isSourceSpec(given)
    const options: OwnSourceOptions<T> = isConnected ? second : own
    if (isConnected) onlyKnown<ConnectedSourceOptions<T>>('source.from', second, { ...SOURCE_OPTIONS, onError: 1 }, site)
    else onlyKnown('source.from', own, { ...SOURCE_OPTIONS, guarantee: 1, onError: 1 }, site)
    const source = isConnected ? given : ownSource(given, second, options)
    const { onError, guarantee: _guarantee, parallelism = source.parallelism, ...time } = withoutPlacement(options)
    return this.#source({ ...source, name, spec: { ...source.spec, ...time }, site, parallelism, parses: { onError }, placement: options })
  }

  /**
   * The same as `inlet` of the context of build().
   *
   * @deprecated MR_DEP0001: use `inlet` of the context of build()
   */
  inlet<T>(name: string, options: InletOptions<T> = {}): Stream<T> {
    const site = definitionSite(this.inlet)
    deprecated('MR_DEP0001', site)
    return this.declared(name, inletAt(options, site))
  }

  /** @internal */
  declared<T>(name: string, { options, site }: InletSpec<T>): Stream<T> {
    return this.#source({ kind: INLET_KIND, name, spec: { ...withoutPlacement(options) }, site, parallelism: 1, placement: options })
  }

  #files<T>(kind: string, name: string, options: FileOptions<T>, site: string): Stream<T> {
    const files = fileSpec(kind, name, options as FileOptions<never>, site)
    const parallelism = files.paths?.length === 1 ? 1 : 'workers'
    const { onError, ...others } = withoutPlacement(options)
    return this.#source({ kind, name, spec: { ...others, ...files }, site, parallelism, parses: { onError }, placement: options })
  }

  #source<T>({ kind, name, spec, site, parallelism, guarantee = 'exactly-once', parses, definition, placement }: SourceDraft): Stream<T> {
    if (typeof name !== 'string') throw new MillraceError('MR_GRAPH_INVALID', `A source needs a name, got ${typeof name}`, { site })
    const { disorderMs, idleAfterMs, eventTime, watermarks, alignment, ...others } = spec
    const timing = { eventTime, disorderMs, idleAfterMs, watermarks, alignment } as EventTimeOptions<never>
    const time = eventTimeSpec(timing, `source "${name}"`, site)
    const given = spec['parallelism'] as number | undefined
    const options = {
      name,
      ...(given !== undefined && { parallelism: given }),
      ...(parses?.onError && { onError: parses.onError }),
      ...placementOf(placement),
    }
    const timed = { ...others, ...time }
    const draft = { kind, inputs: [], parallelism, spec: timed, options, site, guarantee, parses: parses !== undefined }
    return this.#builder.flows.stream<T>([outputOf(this.#builder.add({ ...draft, ...(definition && { definition }) }))])
  }
}

function isSourceSpec(given: OperatorDefinition | SourceSpec<unknown>): given is SourceSpec<unknown> {
  return typeof (given as Partial<SourceSpec<unknown>> | undefined)?.spec === 'object'
}

function ownSource(
  given: OperatorDefinition,
  spec: Readonly<Record<string, unknown>>,
  { guarantee = 'at-least-once', parallelism = 1 }: Pick<OwnSourceOptions<never>, 'guarantee' | 'parallelism'>,
): SourceSpec<unknown> {
  check.guarantee('source.from', guarantee)
  const definition = check.definition('source.from', given)
  return { kind: definition.kind, spec, parallelism, guarantee, definition }
}

function checkCount(count: number, operator: string, site: string): void {
  if (count === Infinity || (Number.isSafeInteger(count) && count >= 0)) return
  refuse(`count=${String(count)} is not a number of records`, operator, site)
}

function refuse(text: string, operator: string, site: string): never {
  throw new MillraceError('MR_OPTION_INVALID', text, { operator, site })
}
