/**
 * T(n, k): the rounds after which all n peers have the exact mean on the Base-(k + 1) graph, by k and n. Those of the
 * published construction (Takezawa et al. 2023).
 */
export const baseLengths: Readonly<Record<number, Readonly<Record<number, number>>>> = {
  1: { 3: 3, 4: 2, 5: 5, 6: 4, 7: 5, 8: 3, 9: 7, 10: 6, 12: 5, 16: 4, 20: 7, 24: 6, 32: 5, 33: 11, 50: 10, 64: 6 },
  2: { 5: 3, 9: 2, 10: 4, 16: 4, 25: 6, 27: 3, 64: 6, 100: 8 },
  3: { 16: 2, 25: 5, 64: 3, 100: 6 },
  4: { 25: 2, 50: 3, 100: 3 },
}
