import { StringDecoder } from 'node:string_decoder'
import { MillraceError } from '../src/errors.ts'
import { LINE_CHARS_MAX } from '../src/limits.ts'

/** Lines of UTF-8 bytes, ended by \n or \r\n, the last one with or without an end. A byte order mark is dropped. */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncIterable<string> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let first = true
  for await (const chunk of chunks) {
    let text = rest + decoder.write(chunk)
    if (first && text !== '') {
      first = false
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1)
    }
    const lines = text.split('\n')
    rest = lines.pop()!
    if (rest.length > LINE_CHARS_MAX) throw new MillraceError('MR_RECORD_TOO_LARGE', `A line has more than ${LINE_CHARS_MAX} characters`)
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line
  }
  rest += decoder.end()
  if (rest !== '') yield rest.endsWith('\r') ? rest.slice(0, -1) : rest
}
