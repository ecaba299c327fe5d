/** Lines at the bottom of a terminal that are drawn again and again in place. */
export class LiveBlock {
  readonly #write: (text: string) => void
  #height = 0

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  /** @param lines none may be wider than the terminal */
  draw(lines: readonly string[]): void {
    this.#write(`${this.#back()}${lines.join('\n')}\n`)
    this.#height = lines.length
  }

  /** Takes the block away, so that something else can be written there. */
  clear(): void {
    if (this.#height > 0) this.#write(this.#back())
    this.#height = 0
  }

  #back(): string {
    return this.#height === 0 ? '' : `\x1b[${this.#height}A\r\x1b[J`
  }
}
