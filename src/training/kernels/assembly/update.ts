/**
 * g' = s g + λ x;  m ← μ m + g';  x ← x − η m, in place.
 *
 * @param m 0 where there is no momentum: x ← x − η g'
 */
export function sgd(
  x: usize,
  g: usize,
  m: usize,
  length: i32,
  learningRate: f32,
  momentum: f32,
  weightDecay: f32,
  gradientScale: f32,
): void {
  const η = f32x4.splat(learningRate)
  const μ = f32x4.splat(momentum)
  const λ = f32x4.splat(weightDecay)
  const s = f32x4.splat(gradientScale)
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const xs = v128.load(x)
    let step = f32x4.add(f32x4.mul(s, v128.load(g)), f32x4.mul(λ, xs))
    if (m != 0) {
      step = f32x4.add(f32x4.mul(μ, v128.load(m)), step)
      v128.store(m, step)
      m += 16
    }
    v128.store(x, f32x4.sub(xs, f32x4.mul(η, step)))
    x += 16
    g += 16
  }
  for (; i < length; i++) {
    const x1 = f32.load(x)
    let step: f32 = gradientScale * f32.load(g) + weightDecay * x1
    if (m != 0) {
      step = momentum * f32.load(m) + step
      f32.store(m, step)
      m += 4
    }
    f32.store(x, x1 - learningRate * step)
    x += 4
    g += 4
  }
}

/**
 * g' = s g + λ x;  m ← β₁ m + (1−β₁) g';  v ← β₂ v + (1−β₂) g'²;  x ← x − shrink x − η m / (√v + ε), in place. η and ε
 * come with the corrections for the bias of m and v.
 */
export function adam(
  x: usize,
  g: usize,
  m: usize,
  v: usize,
  length: i32,
  learningRate: f32,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  epsilon: f32,
  weightDecay: f32,
  shrink: f32,
  gradientScale: f32,
): void {
  const η = f32x4.splat(learningRate)
  const β1 = f32x4.splat(beta1)
  const r1 = f32x4.splat(rest1)
  const β2 = f32x4.splat(beta2)
  const r2 = f32x4.splat(rest2)
  const ε = f32x4.splat(epsilon)
  const λ = f32x4.splat(weightDecay)
  const σ = f32x4.splat(shrink)
  const s = f32x4.splat(gradientScale)
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const xs = v128.load(x)
    const gs = f32x4.add(f32x4.mul(s, v128.load(g)), f32x4.mul(λ, xs))
    const ms = f32x4.add(f32x4.mul(β1, v128.load(m)), f32x4.mul(r1, gs))
    const vs = f32x4.add(f32x4.mul(β2, v128.load(v)), f32x4.mul(r2, f32x4.mul(gs, gs)))
    v128.store(m, ms)
    v128.store(v, vs)
    const step = f32x4.div(f32x4.mul(η, ms), f32x4.add(f32x4.sqrt(vs), ε))
    v128.store(x, f32x4.sub(f32x4.sub(xs, f32x4.mul(σ, xs)), step))
    x += 16
    g += 16
    m += 16
    v += 16
  }
  for (; i < length; i++) {
    const x1 = f32.load(x)
    const g1: f32 = gradientScale * f32.load(g) + weightDecay * x1
    const m1: f32 = beta1 * f32.load(m) + rest1 * g1
    const v1: f32 = beta2 * f32.load(v) + rest2 * (g1 * g1)
    f32.store(m, m1)
    f32.store(v, v1)
    f32.store(x, x1 - shrink * x1 - (learningRate * m1) / (sqrt<f32>(v1) + epsilon))
    x += 4
    g += 4
    m += 4
    v += 4
  }
}
