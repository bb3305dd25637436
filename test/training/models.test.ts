import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { formsOf, MODELS } from '../../src/catalogue.ts'
import { UsageError } from '../../src/errors.ts'
import { parseBackend } from '../../src/training/backend.ts'
import { parseModel } from '../../src/training/models.ts'

test.each([
  ['linear', 'linear'],
  ['mlp', 'mlp:64'],
  ['mlp:32', 'mlp:32'],
  ['mlp:128,64,10', 'mlp:128,64,10'],
  ['cnn', 'cnn'],
  ['language', 'language:3,4,96'],
  ['language:2,3,12', 'language:2,3,12'],
])('the model %s is read as %s', (text, name) => {
  expect(parseModel(text).name).toBe(name)
})

const misspelt = ['', 'linear:3', 'cnn:3', 'mlp:', 'mlp:0', 'mlp:3,', 'mlp:-3', 'mlp:1e9', 'mlp:4x', 'MLP']
// The last: a width that cannot be shared among the heads.
const misspeltLanguage = ['language:', 'language:3', 'language:0,1,8', 'language:2,2', 'language:1,3,8']

test.each([...misspelt, ...misspeltLanguage])('the model "%s" is refused with a list of what is accepted', text => {
  expect(() => parseModel(text)).toThrow(UsageError)
  for (const form of formsOf(MODELS)) expect(() => parseModel(text)).toThrow(form)
})

test.each(['', 'gpu', 'toString'])('the backend "%s" is refused with a list of what is accepted', text => {
  expect(() => parseBackend(text)).toThrow(UsageError)
  expect(() => parseBackend(text)).toThrow(/wasm, cpu/)
})

test('reading names and starting a worker trainer does not load TensorFlow.js into the main thread', () => {
  const script = `
    import { createRequire } from 'node:module'
    import { parseModel } from '${new URL('../../src/training/models.ts', import.meta.url)}'
    import { parseBackend } from '${new URL('../../src/training/backend.ts', import.meta.url)}'
    import { createWorkerTrainer } from '${new URL('../../src/training/remote/worker-trainer.ts', import.meta.url)}'
    parseModel('mlp'); parseBackend('cpu')
    const data = { name: 'two', inputs: new Float32Array(2), labels: new Int32Array([0, 1]), shape: [1], classes: 2 }
    const optimizer = { name: 'sgd', learningRate: 0.1, momentum: 0 }
    const trainer = await createWorkerTrainer({
      model: 'linear', optimizer, batch: 2, seed: 1, shardSeed: 1, shard: data, test: data, backend: 'cpu',
    })
    await trainer.train(await trainer.initial(), 1)
    await trainer.stop()
    const loaded = Object.keys(createRequire(import.meta.url).cache).filter(file => file.includes('tensorflow'))
    console.log(JSON.stringify(loaded))
  `
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: new URL('../..', import.meta.url),
    encoding: 'utf8',
  })
  expect(stdout).toBe('[]\n')
  // TensorFlow.js prints no banner.
  expect(stderr).toBe('')
  expect(status).toBe(0)
})
