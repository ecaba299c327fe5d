/** An instance of an operator, whatever its number in a plan. */
export function actorKey(operator: string, index: number): string {
  return `${operator} ${index}`
}
