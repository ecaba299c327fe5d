let allowed: boolean | undefined

/** False where the process forbids code generation (`--disallow-code-generation-from-strings`, some policies). */
export function canGenerateCode(): boolean {
  if (allowed === undefined) {
    try {
      allowed = (new Function('return 1') as () => number)() === 1
    } catch {
      allowed = false
    }
  }
  return allowed
}
