/** What the workloads do, in their order; defined in test/workloads.md. */
export const WORKLOADS: Readonly<Record<string, string>> = {
  q0: 'pass bids through',
  q1: 'convert a price',
  q2: 'filter bids',
  q3: 'join persons and their auctions, for ever',
  q4: 'average of winning bids by category',
  q5: 'hottest auctions in sliding windows',
  q7: 'highest bid of each window',
  q8: 'new sellers: a join in windows',
  q11: 'bids by session',
  ks: 'sum by 10,000 keys',
  'ks-every': 'the same, every step emitted, whole records between threads',
  wc: 'word count, lines of ten words',
}
