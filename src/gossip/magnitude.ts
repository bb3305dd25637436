/** From here on zeros are counted, not shown. */
const MANY = 1e6

/** How large something is, in the digits that say so to a person: 0.69, 751, 9,270, 1.6e8. */
export function magnitude(value: number): string {
  if (Math.abs(value) < MANY) return value.toLocaleString('en', { maximumSignificantDigits: 3 })
  return value.toExponential(1).replace('.0e', 'e').replace('e+', 'e')
}
