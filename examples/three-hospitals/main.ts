/**
 * Three hospitals learn one model from three unlike tables, and use it. See README.md.
 *
 *     node examples/three-hospitals/main.ts [FOLDER]
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Ended, type Running, start } from './commands.ts'
import { hospitals, newcomers } from './patients.ts'

/** A model that guesses is right for about half of the newcomers. */
const LEAST_ACCURACY = 0.75

/** For whoever holds it: it goes to the two sites, and to nobody else. */
const INVITATION = 'guests.invitation'

const given = process.argv[2]
const folder = given ?? mkdtempSync(join(tmpdir(), 'three-hospitals-'))
mkdirSync(folder, { recursive: true })

async function run(...args: readonly string[]): Promise<Ended> {
  const ended = await start(folder, args).ended
  if (ended.code !== 0) throw new Error(`hearsay ${args[0]} ended with ${ended.code}: ${ended.stderr}`)
  return ended
}

/**
 * Peers as processes of their own. The first is the founder's; the others are told its address, as hospitals would be on the telephone, and
 * come with its invitation.
 */
async function learnTogether(sites: readonly string[]): Promise<readonly Ended[]> {
  const common = ['--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns', '--wait', '60', '--json']
  const peer = (site: string, ...more: readonly string[]) =>
    start(folder, ['peer', 'recipe.json', '--data', `csv:${site}.csv`, '--state', site, ...more, ...common])
  const [first, ...others] = sites
  const running: Running[] = [peer(first)]
  try {
    const { addresses } = (await running[0].said('started')) as { addresses: readonly string[] }
    for (const site of others) running.push(peer(site, '--connect', addresses[0], '--invite', INVITATION))
    return await Promise.all(running.map(({ ended }) => ended))
  } finally {
    for (const one of running) one.stop()
  }
}

async function main(): Promise<void> {
  const sites = Object.keys(hospitals).map(file => file.replace('.csv', ''))
  for (const [file, table] of Object.entries(hospitals)) writeFileSync(join(folder, file), table())
  const { table, known } = newcomers()
  writeFileSync(join(folder, 'new.csv'), table)

  console.log('1. Every site says what columns it has, and no row.')
  for (const site of sites) {
    await run('schema', '--data', `csv:${site}.csv?label=outcome`, '--out', `${site}.json`, '--force')
  }

  console.log('\n2. Whoever writes the recipe makes one of all three, is the founder, and invites the others.')
  const schemas = sites.map(site => `${site}.json`)
  const [founder] = sites
  const kept = ['--state', founder, '--out', 'recipe.json', '--force']
  const written = await run('init', '--schema', ...schemas, '--min-peers', '3', ...kept)
  console.log(written.stdout.trimEnd())
  await run('invite', '--state', founder, '--out', INVITATION, '--force')

  console.log('\n3. Three peers learn together, each with its own table.')
  const ended = await learnTogether(sites)
  const hashes = new Set(
    ended.map(({ events }) => events.findLast(({ event }) => event === 'consensus')?.parametersHash),
  )
  for (const [index, { code, stderr }] of ended.entries()) {
    if (code !== 0) throw new Error(`the peer of ${sites[index]} ended with ${code}: ${stderr}`)
  }
  if (hashes.size !== 1) throw new Error('the peers ended with different models')
  console.log(`all three sealed ${[...hashes][0]}`)

  console.log('\n4. Any of them predicts for patients whose outcome nobody knows yet.')
  await run('predict', '--state', 'south', '--data', 'csv:new.csv', '--out', 'predicted.csv', '--force')
  const [header, ...rows] = readFileSync(join(folder, 'predicted.csv'), 'utf8').trim().split('\n')
  console.log([header, ...rows.slice(0, 3)].join('\n'))
  const column = header.split(',').indexOf('predicted outcome')
  const right = rows.filter((row, index) => row.split(',')[column] === known[index]).length
  const accuracy = right / known.length
  console.log(`\nright for ${(100 * accuracy).toFixed(1)} % of ${known.length}`)
  if (rows.length !== known.length || accuracy < LEAST_ACCURACY) {
    throw new Error(`expected ${known.length} predictions, right for at least ${100 * LEAST_ACCURACY} %`)
  }
  console.log(
    given === undefined ? 'The tables are gone again; name a folder to keep them.' : `All of it is in ${folder}.`,
  )
}

try {
  await main()
} finally {
  if (given === undefined) rmSync(folder, { recursive: true, force: true })
}
