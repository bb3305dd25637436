import { expect, test } from 'vitest'
import { createConversationCondition } from '../../../src/gossip/waiting/condition.ts'

const forever = () => new AbortController().signal

test('all loops that wait go on when one notifies, and a notification before nobody waited is gone', async () => {
  const condition = createConversationCondition({ signal: forever() })
  condition.notify()
  let woken = 0
  const waiting = [condition.wait(), condition.wait()].map(wait => wait.then(() => woken++))
  await Promise.resolve()
  expect(woken).toBe(0)
  condition.notify()
  await Promise.all(waiting)
  expect(woken).toBe(2)
})

test('what there is nothing to wait for is called back at once, else once it has happened', async () => {
  const condition = createConversationCondition({ signal: forever() })
  const log: string[] = []
  condition.notifyAfter(undefined, () => log.push('at once'))
  expect(log).toEqual(['at once'])
  const recorded = Promise.withResolvers<void>()
  condition.notifyAfter(recorded.promise, () => log.push('written down'))
  const waiting = condition.wait()
  recorded.resolve()
  await waiting
  expect(log).toEqual(['at once', 'written down'])
})

test('who waits hears that what was waited for has failed, then and later', async () => {
  const condition = createConversationCondition({ signal: forever() })
  condition.notifyAfter(Promise.reject(new Error('disk full')), () => {})
  await expect(condition.wait()).rejects.toThrow('disk full')
  await expect(condition.wait()).rejects.toThrow('disk full')
})

test('who waits is let go with the reason of the signal', async () => {
  const controller = new AbortController()
  const condition = createConversationCondition(controller)
  const waiting = condition.wait()
  controller.abort(new Error('the other side is gone'))
  await expect(waiting).rejects.toThrow('the other side is gone')
  await expect(condition.wait()).rejects.toThrow('the other side is gone')
})
