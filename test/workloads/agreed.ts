import type { QueryName } from '../../bench/loops/registry.ts'

/** What several independent engines in other languages give for seed 0: 1,000,000 events, for wc 100,000 lines. */
export const AGREED: Record<QueryName, { count: number; checksum: number; rows: number }> = {
  q0: { count: 1_000_000, checksum: 530242793, rows: 920000 },
  q1: { count: 1_000_000, checksum: 2531528431, rows: 920000 },
  q2: { count: 1_000_000, checksum: 3273745970, rows: 7018 },
  q3: { count: 1_000_000, checksum: 2177003742, rows: 5803 },
  q4: { count: 1_000_000, checksum: 560781903, rows: 5 },
  q5: { count: 1_000_000, checksum: 2476941964, rows: 54 },
  q7: { count: 1_000_000, checksum: 1980524057, rows: 10 },
  q8: { count: 1_000_000, checksum: 318197944, rows: 8424 },
  q11: { count: 1_000_000, checksum: 2986467829, rows: 35898 },
  ks: { count: 1_000_000, checksum: 3190248590, rows: 10000 },
  'ks-every': { count: 1_000_000, checksum: 3190248590, rows: 10000 },
  wc: { count: 100_000, checksum: 481638239, rows: 47645 },
}
