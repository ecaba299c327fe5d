/** For operators that keep a row of state by key, with the times at which they want to be called for it. */
export { type AllRows, CachedRows, type RowsByKey } from '../time/cached-rows.ts'
export { type NewestRows, RowImages, type StoredRows, newestRows } from '../state/row-images.ts'
export type { Piece, PieceFormat } from '../state/working/pieces.ts'
