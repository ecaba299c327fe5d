import { hashKey } from '../src/actor/operator-kit.ts'
import { MillraceError } from '../src/errors.ts'

/** Files that are being written wait in this folder of the sink's directory; readers of the directory see finished files only. */
export const IN_PROGRESS_FOLDER = '.inprogress'

const EXTENSIONS = { lines: 'txt', csv: 'csv', jsonLines: 'jsonl' } as const
const SEQUENCE_DIGITS = 5
/** Of 32 bits, with the digits 0-9 and a-z. */
const LINEAGE_DIGITS = 7
const SEGMENT_BYTES_MAX = 200
/** Of all names together: with directory and file name in front and behind, less than file systems take. */
const FOLDER_BYTES_MAX = 600

/** What the name of a part file says, besides the sink's prefix. */
export interface PartName {
  /** False: a run wrote it that this one does not go on with. */
  readonly own: boolean
  readonly writer: number
  readonly sequence: number
}

/** How a sink's part files are called: prefix, hash of the lineage, number of the writer, sequence number of the file among that writer's. */
export class PartNames {
  readonly #prefix: string
  readonly #lineage: string
  readonly #extension: string

  constructor(prefix: string, lineage: string, format: keyof typeof EXTENSIONS, compress: 'gzip' | undefined) {
    this.#prefix = prefix
    this.#lineage = hashKey(lineage).toString(36).padStart(LINEAGE_DIGITS, '0')
    this.#extension = `${EXTENSIONS[format]}${compress === 'gzip' ? '.gz' : ''}`
  }

  name(writer: number, sequence: number): string {
    return `${this.#prefix}-${this.#lineage}-${writer}-${String(sequence).padStart(SEQUENCE_DIGITS, '0')}.${this.#extension}`
  }

  /** Null for names of others. What it is compressed with may have been another. */
  parse(name: string): PartName | null {
    if (!name.startsWith(`${this.#prefix}-`)) return null
    const found = /^([\da-z]{7})-(\d+)-(\d+)\.(?:txt|csv|jsonl)(?:\.gz)?$/.exec(name.slice(this.#prefix.length + 1))
    return found === null ? null : { own: found[1] === this.#lineage, writer: Number(found[2]), sequence: Number(found[3]) }
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
