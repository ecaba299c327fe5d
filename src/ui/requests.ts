import type { IncomingMessage } from 'node:http'
import { UI_BODY_BYTES_MAX } from './ui-limits.ts'
import { Refused } from './access.ts'

/** What a client has sent: a JSON object, or nothing, which is an empty one. Bounded in size here, in time by the server. */
export async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > UI_BODY_BYTES_MAX) throw new Refused(413, `A body may have ${UI_BODY_BYTES_MAX} bytes`)
    chunks.push(chunk)
  }
  if (bytes === 0) return {}
  // Forms of other pages can send no such type without asking first.
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) throw new Refused(415, 'A body is application/json')
  return parsed(Buffer.concat(chunks).toString('utf8'))
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // The same answer as for JSON that is no object.
  }
  throw new Refused(400, 'A body is a JSON object')
}

/** By the word for a type, the type. */
interface FieldTypes {
  readonly string: string
  readonly boolean: boolean
  readonly number: number
}

/** Refuses names that are not there, and values of another type. */
export function fieldsOf<T extends Readonly<Record<string, keyof FieldTypes>>>(
  body: Readonly<Record<string, unknown>>,
  types: T,
): { readonly [K in keyof T]?: FieldTypes[T[K]] } {
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(types, name))
      throw new Refused(400, `There is no field of this name. There are: ${Object.keys(types).join(', ') || 'none'}`)
    if (typeof value !== types[name]) throw new Refused(400, `${name} is a ${types[name]}`)
  }
  return body as never
}
