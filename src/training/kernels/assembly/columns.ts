// Four columns of a matrix, or as many as are left of it: what lies behind them is somebody else's.

/** @param columns that are left, 1 or more; of more than four the first four are loaded */
export function loadColumns(from: usize, columns: i32): v128 {
  if (columns >= 4) return v128.load(from)
  if (columns == 1) return v128.load32_zero(from)
  const two = v128.load64_zero(from)
  return columns == 3 ? v128.load32_lane(from + 8, two, 2) : two
}

/** @param columns that are left, 1 or more; of more than four the first four are stored */
export function storeColumns(to: usize, values: v128, columns: i32): void {
  if (columns >= 4) v128.store(to, values)
  else if (columns == 1) v128.store32_lane(to, values, 0)
  else {
    v128.store64_lane(to, values, 0)
    if (columns == 3) v128.store32_lane(to, values, 2, 8)
  }
}
