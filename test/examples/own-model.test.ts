import { expect, test } from 'vitest'
import { createPeer } from '../../src/index.ts'

test('its two ways are added: a linear one, and one of 64 hidden units', async () => {
  const recipe = { model: { name: 'module:examples/own-model/model.mjs' } }
  const peer = await createPeer({ recipe, data: 'none', backend: 'cpu', network: { mdns: false } })
  try {
    const features = 28 * 28
    expect(peer.layout.length).toBe(features * 10 + 10 + features * 64 + 64 + 64 * 10 + 10)
  } finally {
    await peer.stop()
  }
})
