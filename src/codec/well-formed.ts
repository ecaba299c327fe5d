/// <reference lib="es2024.string" />

/** False for strings with a lone surrogate, which UTF-8 cannot carry. */
export function isWellFormed(value: string): boolean {
  return value.isWellFormed()
}
