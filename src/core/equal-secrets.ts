import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares in a time that tells neither how much of it was right nor how long the secret is. */
export function areEqualSecrets(given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret))
}

/** Of equal length whatever was given. */
function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
