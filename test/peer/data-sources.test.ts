import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { hearsay, warmHearsay } from './command-line.ts'

const folder = temporaryFolder()
const photos = join(folder.path, 'photos')

beforeAll(async () => {
  for (const [label, shade] of [
    ['dark', 20],
    ['light', 230],
  ] as const) {
    mkdirSync(join(photos, label), { recursive: true })
    for (let i = 0; i < 20; i++) {
      const raw = Buffer.from(Array.from({ length: 16 }, (_, pixel) => shade + ((pixel * 7 + i) % 20)))
      const png = await sharp(raw, { raw: { width: 4, height: 4, channels: 1 } })
        .toColourspace('b-w')
        .png()
        .toBuffer()
      folder.write(`photos/${label}/${i}.png`, png)
    }
  }
  folder.write('photos/dark/broken.png', 'no image')
})

const learn = (source: string, ...flags: readonly string[]) =>
  warmHearsay('simulate', '--peers', '2', '--steps', '40', '--model', 'linear', '--data', source, '--json', ...flags)

test.concurrent('images are learnt from, and one that cannot be read is named', async () => {
  const { code, stdout, stderr } = await learn(`images:${photos}`)
  expect(stderr).toContain(`warning: ${photos}: skipped 1 of 41 files: dark/broken.png (`)
  expect(code).toBe(0)
  const { recipe, final } = JSON.parse(stdout)
  expect(recipe.model).toMatchObject({ shape: [4, 4, 1], classNames: ['dark', 'light'] })
  expect(final.merged.accuracy).toBe(1)
})

test.concurrent.each([
  ['simulate', '--peers', '2'],
  ['swarm', '--peers', '2'],
  ['peer', '--no-mdns'],
  ['peer', '--no-mdns', '--shard', '1/2'],
  ['init', '--yes', '--out', join(folder.path, 'strict.json')],
])('with --strict it is refused: %s %s %s', async (...args) => {
  const { code, stdout, stderr } = await warmHearsay(...args, '--data', `images:${photos}`, '--strict')
  expect(stderr).toMatch(/^hearsay: [^\n]*photos: dark\/broken\.png: [^\n]*\n$/)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})

test.concurrent('images of another size are stretched to that of the recipe, and have its channels', async () => {
  const recipe = folder.write(
    'larger.json',
    JSON.stringify({
      model: { name: 'linear', shape: [6, 5, 3], classes: 2, classNames: ['dark', 'light'] },
      training: { steps: 40 },
    }),
  )
  const { code, stdout, stderr } = await warmHearsay(
    'simulate',
    recipe,
    '--peers',
    '2',
    '--data',
    `images:${photos}`,
    '--json',
  )
  expect(stderr).toMatch(/40 of 40 images are stretched to 5x6, as the recipe says, such as dark\/0\.png from 4x4/)
  expect(code).toBe(0)
  expect(JSON.parse(stdout).final.merged.accuracy).toBe(1)
  // Each peer of its own, with all images and with a share of them.
  for (const [name, ...flags] of [['alone'], ['shared', '--shard', '1/2']]) {
    const said = await warmHearsay(
      'peer',
      recipe,
      '--data',
      `images:${photos}`,
      '--no-mdns',
      '--listen',
      '/ip4/127.0.0.1/tcp/0',
      '--alone',
      '--steps',
      '1',
      ...flags,
    )
    expect(said.stderr, name).toMatch(/images are stretched to 5x6/)
    expect(said.code, said.stderr).toBe(0)
  }
})

test.concurrent('a recipe is not made from one class', async () => {
  const file = folder.write('one.csv', `x,c\n${'1,a\n'.repeat(10)}`)
  const { code, stderr } = await warmHearsay(
    'init',
    '--yes',
    '--out',
    join(folder.path, 'x.json'),
    '--data',
    `csv:${file}`,
  )
  expect(stderr).toMatch(
    /^hearsay: [^\n]*one\.csv: every row has the label "a" in "c"; expected two classes at least[^\n]*\n$/,
  )
  expect(code).toBe(2)
})

/** Two classes that differ in two features of very different scales. */
const uneven = folder.write(
  'uneven.csv',
  `x,y,c\n${Array.from({ length: 200 }, (_, i) => `${1e4 + 300 * ((i * 7) % 13) + 4_000 * (i % 2)},${1e-4 * ((i * 5) % 11) - 2e-3 * (i % 2)},${i % 2 ? 'a' : 'b'}`).join('\n')}\n`,
)

test.concurrent.each([[[]], [['--standardise']]])(
  'simulated peers standardise a table, told so or not: %j',
  async flags => {
    const { code, stdout } = await learn(`csv:${uneven}`, ...flags)
    const { recipe, final } = JSON.parse(stdout)
    expect(recipe.data.standardise).toBe(true)
    expect(final.merged.accuracy).toBe(1)
    expect(code).toBe(0)
  },
)

test.concurrent('real peers agree how to standardise before they train, and are judged by samples that are', async () => {
  const flags = ['--peers', '2', '--steps', '40', '--model', 'linear', '--backend', 'wasm', '--json']
  const { code, stdout, stderr } = await hearsay('swarm', ...flags, '--data', `csv:${uneven}`, '--standardise')
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  const { rounds, final, peerResults } = JSON.parse(stdout)
  expect(final.merged.accuracy).toBe(1)
  // The beginning too: a feature as it is in the file is thousands, and so would the loss be.
  expect(rounds[0]).toMatchObject({ round: 0, merged: { loss: expect.toSatisfy(loss => loss < 10) } })
  for (const { alone } of peerResults) expect(alone).toBeGreaterThan(0.9)
})
