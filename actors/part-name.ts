import { MillraceError } from '../src/errors.ts'

/** Files that are being written wait in this folder of the sink's directory; readers of the directory see finished files only. */
export const IN_PROGRESS_FOLDER = '.inprogress'

const EXTENSIONS = { lines: 'txt', csv: 'csv', jsonLines: 'jsonl' } as const
const SEQUENCE_DIGITS = 5
const SEGMENT_BYTES_MAX = 200
/** Of all names together: with directory and file name in front and behind, less than file systems take. */
const FOLDER_BYTES_MAX = 600

/** How a sink's part files are called: prefix, number of the writer, sequence number of the file among that writer's. */
export class PartNames {
  readonly #prefix: string
  readonly #extension: string

  constructor(prefix: string, format: keyof typeof EXTENSIONS, compress: 'gzip' | undefined) {
    this.#prefix = prefix
    this.#extension = `${EXTENSIONS[format]}${compress === 'gzip' ? '.gz' : ''}`
  }

  name(writer: number, sequence: number): string {
    return `${this.#prefix}-${writer}-${String(sequence).padStart(SEQUENCE_DIGITS, '0')}.${this.#extension}`
  }

  /** Null for names of others. What it is compressed with may have been another. */
  parse(name: string): { readonly writer: number; readonly sequence: number } | null {
    if (!name.startsWith(`${this.#prefix}-`)) return null
    const found = /^(\d+)-(\d+)\.(?:txt|csv|jsonl)(?:\.gz)?$/.exec(name.slice(this.#prefix.length + 1))
    return found === null ? null : { writer: Number(found[1]), sequence: Number(found[2]) }
  }
}

/**
 * A folder below the sink's directory, as a record names it: names with '/' between them. None may lead out of it, be hidden, or be one that the file system refuses
 * once a checkpoint counts the file: then the job could not go on.
 */
export function checkFolder(folder: unknown, names: PartNames): string {
  if (typeof folder !== 'string') refuse(folder, 'it is not a text')
  if (folder === '') return folder
  if (Buffer.byteLength(folder) > FOLDER_BYTES_MAX) refuse(folder, `it is longer than ${FOLDER_BYTES_MAX} bytes`)
  for (const segment of folder.split('/')) {
    if (segment === '') refuse(folder, 'a name in it is empty')
    if (segment.startsWith('.')) refuse(folder, 'a name in it begins with a dot')
    if (/[\\\0]/.test(segment)) refuse(folder, 'it holds a backslash or a null character')
    if (names.parse(segment) !== null) refuse(folder, 'a name in it is that of a part file')
    if (Buffer.byteLength(segment) > SEGMENT_BYTES_MAX) refuse(folder, `a name in it is longer than ${SEGMENT_BYTES_MAX} bytes`)
  }
  return folder
}

function refuse(folder: unknown, why: string): never {
  const text = typeof folder === 'string' ? JSON.stringify(folder.slice(0, 200)) : typeof folder
  throw new MillraceError('MR_RECORD_REFUSED', `partition returned ${text}, which cannot be a folder: ${why}`)
}
