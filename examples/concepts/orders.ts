/** The records of most of these jobs. */
export interface Order {
  readonly id: number
  readonly shop: string
  readonly cents: number
  /** When it was made, in ms since 1970. */
  readonly at: number
}
