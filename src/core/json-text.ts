/** A value as JSON, in which a bigint is a text: JSON has none, and a record that holds one is no fault. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    // Only where it is needed: a replacer makes each record several times as expensive.
    return JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? each.toString() : each))
  }
}
