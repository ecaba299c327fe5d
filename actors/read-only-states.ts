const READING = ['get', 'has', 'keys', 'values', 'entries', Symbol.iterator] as const
const COUNTS = ['size', 'length'] as const

/** Handles with those methods only that change nothing: for calls that may read a state but not write it. */
export function readOnlyStates(handles: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.freeze(Object.fromEntries(Object.entries(handles).map(([name, handle]) => [name, readOnly(handle as object)])))
}

function readOnly(handle: object): object {
  const view = {}
  for (const name of READING) {
    const method: unknown = Reflect.get(handle, name)
    if (typeof method === 'function') Object.defineProperty(view, name, { value: method.bind(handle) as unknown, enumerable: true })
  }
  for (const name of COUNTS) if (name in handle) Object.defineProperty(view, name, { get: () => Reflect.get(handle, name) as unknown })
  return Object.freeze(view)
}
