/**
 * a b + c in each lane. Relaxed SIMD leaves it to the processor whether the product is rounded; where there is a fused
 * instruction (x86 since Haswell, ARM64) it is not, and this is it: twice the throughput of a product and a sum.
 */
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c)
}
