// What steers terminals: C0, DEL and C1.
// oxlint-disable-next-line no-control-regex
const STEERING = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/g

/** Words that are not ours (of records, errors, operators, other processes), so that they cannot steer a terminal: what would is `\xNN`. Newlines stay. */
export function printable(text: string): string {
  return text.replaceAll(STEERING, hexadecimal)
}

/** The same where one line has to stay one. */
export function printableLine(text: string): string {
  return printable(text).replaceAll('\n', hexadecimal)
}

function hexadecimal(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}
