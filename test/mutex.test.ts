import { expect, test } from 'vitest'
import { createMutex } from '../src/mutex.ts'

test('calls are made one after the other, and one that fails keeps none from its turn', async () => {
  const mutex = createMutex()
  const log: string[] = []
  const call = (name: string, ends: Promise<void>) =>
    mutex.run(async () => {
      log.push(`${name} begins`)
      await ends
      log.push(`${name} ends`)
      return name
    })
  const gate = Promise.withResolvers<void>()
  const first = call('first', gate.promise)
  const failing = call('failing', Promise.reject(new Error('no')))
  const last = call('last', Promise.resolve())
  expect(log).toEqual(['first begins'])
  gate.resolve()
  await expect(failing).rejects.toThrow('no')
  expect([await first, await last]).toEqual(['first', 'last'])
  expect(log).toEqual(['first begins', 'first ends', 'failing begins', 'last begins', 'last ends'])
})

test('it is idle when all that was asked for has ended, failed or not', async () => {
  const mutex = createMutex()
  await mutex.idle()
  let ended = 0
  const call = () => mutex.run(async () => void ended++)
  const failing = mutex.run(() => Promise.reject(new Error('no')))
  void call()
  void call()
  await mutex.idle()
  expect(ended).toBe(2)
  await expect(failing).rejects.toThrow('no')
})
