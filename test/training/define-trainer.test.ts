import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import { defineTrainer, type TrainerDefinition } from '../../src/training/define-trainer.ts'
import { TrainerStoppedError } from '../../src/training/errors.ts'

/** Each step adds 1 to everything; the loss is how many steps there were before. */
function counting(more: Partial<TrainerDefinition> = {}): TrainerDefinition {
  let steps = 0
  return {
    tensors: [
      { name: 'a', shape: [2] },
      { name: 'b', shape: [1] },
    ],
    samples: 12,
    batch: 3,
    step(parameters) {
      for (const i of parameters.keys()) parameters[i]++
      return steps++
    },
    evaluate: parameters => ({ loss: parameters[0], accuracy: Number.NaN, samples: 4 }),
    ...more,
  }
}

test('a trainer of one step has a layout, begins at zero, and says what it added', async () => {
  const trainer = defineTrainer(counting())
  expect(trainer.layout.tensors.map(({ name, offset }) => [name, offset])).toEqual([
    ['a', 0],
    ['b', 2],
  ])
  expect(await trainer.initial()).toEqual(new Float32Array(3))
  const parameters = Float32Array.of(5, 6, 7)
  const { update, loss, samples } = await trainer.train(parameters, 4)
  expect(update).toEqual(Float32Array.of(4, 4, 4))
  expect(parameters).toEqual(Float32Array.of(5, 6, 7))
  expect({ loss, samples }).toEqual({ loss: 1.5, samples: 12 })
  expect(await trainer.evaluate(parameters)).toMatchObject({ loss: 5, samples: 4 })
})

test('an exchange that comes between steps is not undone by the update', async () => {
  const gate = Promise.withResolvers<void>()
  const trainer = defineTrainer(
    counting({
      async step(parameters) {
        await gate.promise
        parameters[0] = 3
        return 0
      },
    }),
  )
  const parameters = new Float32Array(3)
  const training = trainer.train(parameters, 1)
  await setImmediate()
  parameters.fill(100)
  gate.resolve()
  expect((await training).update).toEqual(Float32Array.of(3, 0, 0))
})

test('others have their turn while many steps are made', async () => {
  const trainer = defineTrainer(
    counting({
      step() {
        const end = performance.now() + 3
        while (performance.now() < end);
        return 0
      },
    }),
  )
  let isOver = false
  const training = trainer.train(new Float32Array(3), 20).then(() => {
    isOver = true
  })
  await setImmediate()
  expect(isOver).toBe(false)
  await training
})

test('calls are carried out one after the other, and none after the end', async () => {
  const trainer = defineTrainer(counting())
  const [first, second] = await Promise.all([
    trainer.train(new Float32Array(3), 2),
    trainer.train(new Float32Array(3), 2),
  ])
  expect([first.loss, second.loss]).toEqual([0.5, 2.5])
  await trainer.stop()
  await expect(trainer.evaluate(new Float32Array(3))).rejects.toThrow(TrainerStoppedError)
})

test('a definition that lacks something is refused', () => {
  expect(() => defineTrainer(counting({ step: undefined as never }))).toThrow(UsageError)
  expect(() => defineTrainer(counting({ step: undefined as never }))).toThrow(
    'a trainer has step, a function; found undefined',
  )
})
