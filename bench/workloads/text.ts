import { draw, fieldSeed, recordSeed } from './hash.ts'
import { flat, made } from './made.ts'

export const WORDS_PER_LINE = 10

const DRAW_INDEX = fieldSeed(20)
const DRAW_RANGE = fieldSeed(21)

/** Builds line `n` of the word count: ten words between single blanks. Short words are drawn far more often than long ones. */
export function makeLine(n: number): string {
  let line = makeWord(n * WORDS_PER_LINE)
  for (let j = 1; j < WORDS_PER_LINE; j++) line += ' ' + makeWord(n * WORDS_PER_LINE + j)
  flat(line)
  made.record = line
  return line
}

function makeWord(m: number): string {
  const seed = recordSeed(m)
  return 'w' + (draw(seed + DRAW_INDEX) % (1 + (draw(seed + DRAW_RANGE) % 50_000))).toString(36)
}
