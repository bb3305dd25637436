import { type AveragingRule, createMessage } from '../../../src/averaging/rule.ts'

/** The same rule with everything that it remembers and says in float32, as in training. */
export function inFloat32(rule: AveragingRule): AveragingRule {
  const allocate = (length: number) => new Float32Array(length)
  return {
    ...rule,
    start: (parameters, host) => rule.start(Float32Array.from(parameters), { ...host, allocate }),
    send(state, link, message, random) {
      const length = message.vectors[0]?.length ?? 0
      const said = createMessage(rule.message, length, { allocate })
      const bytes = rule.send(state, link, said, random)
      message.vectors.forEach((vector, v) => {
        vector.set(said.vectors[v])
      })
      message.scalars.set(said.scalars)
      return bytes
    },
  }
}
