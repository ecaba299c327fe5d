import { MillraceError } from '../errors.ts'
import { SPLITS_MAX, SPLITS_PER_GENERATOR_DEFAULT } from '../limits.ts'
import type { GraphBuilder } from './graph-builder.ts'
import { INLET_KIND, outputOf } from './graph.ts'
import type { InletOptions, InletSpec } from './inlets.ts'
import { definitionSite } from './site.ts'
import { checkFunction } from './check-function.ts'
import type { Stream } from './stream.ts'

export interface SourceOptions<T> {
  /** Event time of a record in ms since 1970. Without it records have none. */
  readonly eventTime?: (record: T) => number
  /** Instances. Default: one per worker, at most one per split. */
  readonly parallelism?: number
}

export interface GenerateOptions<T> extends SourceOptions<T> {
  /** Number of records: `make` is called with 0 .. count - 1. Infinity is allowed. */
  readonly count: number
  /** The record of row n. Must depend on nothing but n, since rows are made again after a restart. */
  readonly make: (n: number) => T
  /** Row n belongs to split floor(n / 1024) mod splits. Default 16. */
  readonly splits?: number
}

export interface IterableOptions<T> extends SourceOptions<T> {
  /**
   * Opens the input: called once per attempt. After a restart it is opened again, and the first `position` records, which were processed
   * already, are read and skipped.
   */
  readonly open: (position: number) => Iterable<T> | AsyncIterable<T> | Promise<Iterable<T> | AsyncIterable<T>>
}

export interface FileOptions<T> extends SourceOptions<T> {
  /** One path or several; each file is a split. Names that end in .gz are decompressed. */
  readonly path: string | readonly string[]
}

export interface CsvOptions<T> extends FileOptions<T> {
  /** Default ','. */
  readonly delimiter?: string
  /** Column names; default: the first line holds them. */
  readonly columns?: readonly string[]
  /** Turns a row of strings into the record. Default: the row, all fields strings. */
  readonly parse?: (row: Readonly<Record<string, string>>) => T
}

/** Makes the sources of a job; `build()` receives one. Names are unique and required: positions are kept under them. */
export class Sources {
  readonly #builder: GraphBuilder

  /** @internal */
  constructor(builder: GraphBuilder) {
    this.#builder = builder
  }

  /** Records computed from their number; splittable, and replayed from its position after a restart. */
  generate<T>(name: string, options: GenerateOptions<T>): Stream<T> {
    const site = definitionSite(this.generate)
    checkFunction(options?.make, `source.generate("${name}") make`)
    const { count, splits = SPLITS_PER_GENERATOR_DEFAULT } = options
    if (!(count === Infinity || (Number.isSafeInteger(count) && count >= 0))) {
      throw new MillraceError('MR_OPTION_INVALID', `count=${String(count)} is not a number of records`, { operator: name, site })
    }
    if (!Number.isInteger(splits) || splits < 1 || splits > SPLITS_MAX) {
      throw new MillraceError('MR_OPTION_INVALID', `splits=${String(splits)} is not an integer from 1 to ${SPLITS_MAX}`, {
        operator: name,
        site,
      })
    }
    return this.#source('generate', name, { ...options, splits }, site, 'workers')
  }

  /** A sync or async iterable; one split. */
  iterable<T>(name: string, options: IterableOptions<T>): Stream<T> {
    checkFunction(options?.open, `source.iterable("${name}") open`)
    return this.#source('iterable', name, { ...options }, definitionSite(this.iterable), 1)
  }

  /** Lines of text files, without their line ends. */
  lines(name: string, options: FileOptions<string>): Stream<string> {
    return this.#files('lines', name, options, definitionSite(this.lines))
  }

  /** CSV files with a header line; fields may be quoted. */
  csv<T = Readonly<Record<string, string>>>(name: string, options: CsvOptions<T>): Stream<T> {
    return this.#files('csv', name, options, definitionSite(this.csv))
  }

  /** Files with one JSON value a line. */
  jsonLines<T>(name: string, options: FileOptions<T>): Stream<T> {
    return this.#files('jsonLines', name, options, definitionSite(this.jsonLines))
  }

  /** Records that the app thread pushes with `run.inlet(name).push(record)`. See `inlets` of defineJob for inlets whose type is known to the run. */
  inlet<T>(name: string, options: InletOptions<T> = {}): Stream<T> {
    return this.#source(INLET_KIND, name, { ...options }, definitionSite(this.inlet), 1)
  }

  /** @internal An inlet that the job declares. */
  declared<T>(name: string, { options, site }: InletSpec<T>): Stream<T> {
    return this.#source(INLET_KIND, name, { ...options }, site, 1)
  }

  #files<T>(kind: string, name: string, options: FileOptions<T>, site: string): Stream<T> {
    const paths = typeof options?.path === 'string' ? [options.path] : options?.path
    if (
      !Array.isArray(paths) ||
      paths.length === 0 ||
      paths.length > SPLITS_MAX ||
      !paths.every((p) => typeof p === 'string' && p !== '')
    ) {
      throw new MillraceError('MR_OPTION_INVALID', `path of ${kind} is not a path or a list of 1 to ${SPLITS_MAX} paths`, {
        operator: name,
        site,
      })
    }
    return this.#source(kind, name, { ...options, paths }, site, paths.length === 1 ? 1 : 'workers')
  }

  #source<T>(kind: string, name: string, spec: Record<string, unknown>, site: string, parallelism: number | 'workers'): Stream<T> {
    if (typeof name !== 'string') throw new MillraceError('MR_GRAPH_INVALID', `A source needs a name, got ${typeof name}`, { site })
    if (spec['eventTime'] !== undefined) checkFunction(spec['eventTime'], `eventTime of "${name}"`)
    const given = spec['parallelism'] as number | undefined
    const options = given === undefined ? { name } : { name, parallelism: given }
    return this.#builder.flows.stream<T>([outputOf(this.#builder.add({ kind, inputs: [], parallelism, spec, options, site, guarantee: 'exactly-once' }))])
  }
}
