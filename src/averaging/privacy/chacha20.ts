/** 32 bytes, as 8 words. */
export type Seed = Uint32Array

const BLOCK_WORDS = 16
/** "expand 32-byte k" */
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]
/** Each does a round on the columns and one on the diagonals. */
const DOUBLE_ROUNDS = 10

/**
 * The key stream of ChaCha20, from block 0 on, as words: without the seed it cannot be told from chance (Nir and Langley
 * 2018, RFC 8439, sections 2.1 to 2.4). It is written out here because this room does no I/O, and the generators of `random/`
 * can be predicted.
 *
 * @param nonce three words, never twice the same with one seed
 * @param length words
 */
export function chacha20Words(seed: Seed, nonce: readonly [number, number, number], length: number): Uint32Array {
  const start = Uint32Array.of(...CONSTANTS, ...seed, 0, ...nonce)
  const block = new Uint32Array(BLOCK_WORDS)
  const words = new Uint32Array(length)
  for (let done = 0; done < length; done += BLOCK_WORDS) {
    block.set(start)
    for (let round = 0; round < DOUBLE_ROUNDS; round++) doubleRound(block)
    const wanted = Math.min(BLOCK_WORDS, length - done)
    for (let i = 0; i < wanted; i++) words[done + i] = block[i] + start[i]
    start[12]++
  }
  return words
}

function doubleRound(x: Uint32Array): void {
  quarterRound(x, 0, 4, 8, 12)
  quarterRound(x, 1, 5, 9, 13)
  quarterRound(x, 2, 6, 10, 14)
  quarterRound(x, 3, 7, 11, 15)
  quarterRound(x, 0, 5, 10, 15)
  quarterRound(x, 1, 6, 11, 12)
  quarterRound(x, 2, 7, 8, 13)
  quarterRound(x, 3, 4, 9, 14)
}

function quarterRound(x: Uint32Array, a: number, b: number, c: number, d: number): void {
  addAndRotate(x, a, b, d, 16)
  addAndRotate(x, c, d, b, 12)
  addAndRotate(x, a, b, d, 8)
  addAndRotate(x, c, d, b, 7)
}

/** x_a += x_b; x_d = (x_d xor x_a) rotated to the left. */
function addAndRotate(x: Uint32Array, a: number, b: number, d: number, bits: number): void {
  x[a] += x[b]
  const mixed = x[d] ^ x[a]
  x[d] = (mixed << bits) | (mixed >>> (32 - bits))
}
