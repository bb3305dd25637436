/** The elements of a frame that topk and randk send, and the change that topk remembers for later. */

import { describe, expect, it } from 'vitest'
import { normalVector } from '../../parameters/codecs/vectors-to-encode.ts'
import { average, type CodingPeer, createCodingPeer } from './pair.ts'

const LENGTH = 400

/** A peer that receives from others and is never moved, so d = −w (0 − theirs) tells all of it. */
function listener(codec: string): CodingPeer {
  return createCodingPeer('listener', new Float32Array(LENGTH), codec)
}

/** The elements that a peer sent to a listener, by their indices. */
function sentBy(peer: CodingPeer, to: CodingPeer, codec: string): Map<number, number> {
  const sent = new Map<number, number>()
  for (const { answer } of average(peer, to, { codec, frame: 100, apply: false })) {
    const { first, values, indices = [] } = answer.difference
    indices.forEach((index, k) => {
      sent.set(first + index, 2 * values[k])
    })
  }
  return sent
}

/** A peer whose parameters have moved by small numbers from large ones, which everybody knows. */
function moved(codec: string, id = 'peer'): { peer: CodingPeer; known: Float32Array; move: () => void } {
  const known = normalVector(LENGTH, 'known')
  const parameters = known.slice()
  const peer = createCodingPeer(id, parameters, codec)
  let moves = 0
  function move(): void {
    const step = normalVector(LENGTH, `${id} ${moves++}`)
    for (let i = 0; i < LENGTH; i++) parameters[i] += 0.01 * step[i]
  }
  move()
  return { peer, known, move }
}

describe.each(['topk:0.1', 'randk:0.1'])('an exchange by %s', codec => {
  it('is about a tenth of each frame, the same elements on both sides, as they are', () => {
    const { peer } = moved(codec)
    const partner = createCodingPeer('partner', normalVector(LENGTH, 'partner'), codec)
    const before = peer.parameters.slice()
    const frames = average(peer, partner, { codec, frame: 100 })
    expect(frames).toHaveLength(4)
    for (const { merged, answered } of frames) {
      const { first, indices = new Int32Array() } = merged.difference
      expect(indices).toHaveLength(10)
      expect(answered).toHaveLength(40)
      for (const index of indices) {
        expect(Math.abs(peer.parameters[first + index] - partner.parameters[first + index])).toBeLessThan(1e-6)
        before[first + index] = peer.parameters[first + index]
      }
    }
    expect(peer.parameters).toEqual(before)
  })
})

describe('topk', () => {
  const codec = 'topk:0.1'

  it('sends the elements that have moved most since they were last sent, and not the largest', () => {
    const { peer, known, move } = moved(codec)
    const [heard, ears] = [known.slice(), listener(codec)]
    for (let exchange = 0; exchange < 6; exchange++, move()) {
      const unsent = peer.parameters.map((x, i) => Math.abs(x - heard[i]))
      const sent = sentBy(peer, ears, codec)
      for (let first = 0; first < LENGTH; first += 100) {
        const frame = Array.from({ length: 100 }, (_, i) => first + i)
        // One or two of ten are chosen by chance.
        const largest = frame.sort((i, j) => unsent[j] - unsent[i]).slice(0, 8)
        for (const index of largest) expect(sent.has(index)).toBe(true)
      }
      for (const [index, value] of sent) heard[index] = value
    }
  })

  it('leaves nothing unsent for good: what was sent and what is left is all there is, to the last bit', () => {
    const { peer, known, move } = moved(codec)
    const [heard, ears] = [known.slice(), listener(codec)]
    for (let exchange = 0; exchange < 20; exchange++) {
      if (exchange < 6) move()
      const sent = sentBy(peer, ears, codec)
      for (const [index, value] of sent) {
        expect(value).toBe(peer.parameters[index])
        heard[index] = value
      }
    }
    expect(heard).toEqual(peer.parameters)
  })

  it('passes on what it was told', () => {
    const { peer } = moved(codec)
    const ears = listener(codec)
    for (let exchange = 0; exchange < 15; exchange++) sentBy(peer, ears, codec)
    const { peer: teller } = moved(codec, 'teller')
    const told = average(teller, peer, { codec, frame: 100 }).flatMap(({ answer: { difference } }) =>
      [...(difference.indices ?? [])].filter((_, k) => difference.values[k] !== 0).map(i => difference.first + i),
    )
    const sent = sentBy(peer, ears, codec)
    // All but the one or two in ten that had to make room for chance.
    expect(told.filter(index => sent.has(index)).length).toBeGreaterThanOrEqual(0.75 * told.length)
  })

  it('counts its answers as sent', () => {
    const { peer: teller } = moved(codec, 'teller')
    const { peer } = moved(codec)
    const answered = average(teller, peer, { codec, frame: 100, apply: false }).flatMap(({ answer: { difference } }) =>
      [...(difference.indices ?? [])].map(i => difference.first + i),
    )
    const sent = sentBy(peer, listener(codec), codec)
    // Chance may bring back one or two in ten.
    expect(answered.filter(index => sent.has(index)).length).toBeLessThanOrEqual(8)
  })

  it('sends again what was not settled', () => {
    const { peer } = moved(codec)
    const coding = peer.codings.open({ codec, partner: 'nobody', id: 'cut', weight: 1 / 2 })
    const range = { first: 0, end: LENGTH }
    const offered = new Uint8Array(coding.maximumBytes(LENGTH))
    const bytes = coding.offer(range, peer.parameters, offered)
    const answer = new Uint8Array(40 * 4)
    const { indices = new Int32Array() } = coding.merge(range, offered.subarray(0, bytes), answer).difference
    coding.end(false)
    const again = peer.codings.open({ codec, partner: 'somebody', id: 'whole', weight: 1 / 2 })
    const offeredAgain = new Uint8Array(again.maximumBytes(LENGTH))
    const bytesAgain = again.offer(range, peer.parameters, offeredAgain)
    const merged = again.merge(range, offeredAgain.subarray(0, bytesAgain), answer)
    const repeated = merged.difference.indices?.filter(index => indices.includes(index)) ?? []
    expect(repeated.length).toBeGreaterThanOrEqual(30)
  })

  it('has nothing to say of what it took from others', () => {
    const peer = createCodingPeer('peer', normalVector(LENGTH, 'own'), codec)
    peer.parameters.set(normalVector(LENGTH, 'of others'))
    peer.parameters[7] += 1
    peer.codings.adopted()
    peer.parameters[8] += 1e-3
    const sent = sentBy(peer, listener(codec), codec)
    expect(sent.has(8)).toBe(true)
    // The rest is chance: consecutive elements, in each frame.
    const alone = [...sent.keys()].filter(index => !sent.has(index - 1) && !sent.has(index + 1))
    expect(alone.length).toBeLessThanOrEqual(1)
  })
})
