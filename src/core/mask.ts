/** Fields that people are not to see, as paths: `'email'`, `'card.number'`. Pure; what is masked is a copy. */

/** In the place of what a masked field holds. */
export const MASKED = '***'

/** A path a field, split at its dots. */
export type MaskPaths = readonly (readonly string[])[]

/** Shorter ones stand in any text by chance, and there is nothing in a single letter to hide. */
const SECRET_CHARS_MIN = 3
/** Values that are looked at, so that a record of any size is done with in time. */
const VALUES_MAX = 1_000

/** Null for what is no list of paths. */
export function maskPaths(given: unknown): string[][] | null {
  if (!Array.isArray(given) || !given.every((path) => typeof path === 'string' && /^[^.]+(\.[^.]+)*$/.test(path))) return null
  return given.map((path: string) => path.split('.'))
}

/** A copy of what the paths lead through; the rest is shared. A path goes through every element of an array. Fields that are not there stay so. */
export function masked(value: unknown, paths: MaskPaths): unknown {
  if (typeof value !== 'object' || value === null || paths.length === 0) return value
  if (Array.isArray(value)) return value.map((item) => masked(item, paths))
  const copy: Record<string, unknown> = { ...(value as Record<string, unknown>) }
  for (const field of new Set(paths.map(([first]) => first!))) {
    if (!Object.hasOwn(copy, field)) continue
    const inner = below(paths, field)
    copy[field] = inner.some((path) => path.length === 0) ? MASKED : masked(copy[field], inner)
  }
  return copy
}

/**
 * What masked fields of a record hold, as texts: what must not stand in what is said about the record. Null where that cannot be told: it is more than a thousand values, or something
 * else than texts, numbers, booleans, plain objects and arrays (a Date has any number of texts), or reading it throws.
 */
export function secretsOf(value: unknown, paths: MaskPaths): string[] | null {
  const search = new SecretSearch()
  try {
    search.below(value, paths)
  } catch {
    return null
  }
  // The longest first: one may be part of another.
  return search.complete ? [...search.secrets].toSorted((a, b) => b.length - a.length) : null
}

/** A text without them. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((left, secret) => left.replaceAll(secret, MASKED), text)
}

/** An error of which nothing is told but where it came from: any text of its author's may quote a record. */
export function withheld({ class: name, stack }: { readonly class: string; readonly stack?: string | null }): {
  readonly message: string
  readonly stack: string | null
} {
  const frames = (stack ?? '').split('\n').filter((line) => /^\s+at .*:\d+\)?$/.test(line))
  return { message: MASKED, stack: stack === undefined || stack === null ? null : [`${name}: ${MASKED}`, ...frames].join('\n') }
}

class SecretSearch {
  readonly secrets = new Set<string>()
  #values = 0
  #unknown = false

  get complete(): boolean {
    return !this.#unknown && this.#values <= VALUES_MAX
  }

  below(value: unknown, paths: MaskPaths): void {
    if (paths.length === 0 || !this.#goesOn()) return
    if (paths.some((path) => path.length === 0)) return this.#leaves(value)
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) return value.forEach((item) => this.below(item, paths))
    if (!isPlainObject(value)) return this.#giveUp()
    for (const field of new Set(paths.map(([first]) => first!))) {
      if (Object.hasOwn(value, field)) this.below(value[field], below(paths, field))
    }
  }

  /** Everything that a masked field holds, whatever it is. */
  #leaves(value: unknown): void {
    if (!this.#goesOn() || value === null || value === undefined || typeof value === 'boolean') return
    if (Array.isArray(value)) return value.forEach((item) => this.#leaves(item))
    if (typeof value === 'object' && isPlainObject(value)) return Object.values(value).forEach((inner) => this.#leaves(inner))
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return this.#giveUp()
    const text = String(value)
    if (text.length < SECRET_CHARS_MIN) return
    this.secrets.add(text)
    // As a message may quote it.
    if (typeof value === 'string') this.secrets.add(JSON.stringify(value).slice(1, -1))
  }

  #goesOn(): boolean {
    if (this.complete) this.#values++
    return this.complete
  }

  #giveUp(): void {
    this.#unknown = true
  }
}

function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(value) as object | null
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function below(paths: MaskPaths, field: string): string[][] {
  return paths.filter(([first]) => first === field).map((path) => path.slice(1))
}
