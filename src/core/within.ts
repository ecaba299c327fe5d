/** Waits until `work` has settled, at most `limitMs`; does not tell which it was. Rejects as `work` does. */
export async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)))
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
