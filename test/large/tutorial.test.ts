/** docs/tutorial.md, typed from its first line to its last into real terminals, on a machine with a network of its own. */

import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ROOT } from '../docs/pages.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { hasChromium, launchChromium, takePicture, WIDE } from './chromium.ts'
import { createPlace, ON_A_NETWORK, type Place, placesMissing } from './newcomer/place.ts'
import { missingPart, type Step, steps } from './tutorial/steps.ts'
import { openTerminal, type Terminal, terminalsMissing } from './tutorial/terminal.ts'

const DEADLINE_MS = 600_000
const missing = placesMissing || terminalsMissing

const { path: desk } = temporaryFolder()
const folder = join(desk, 'hearsay')
let place: Place
const terminals = new Map<string, Terminal>()

afterAll(() => {
  for (const terminal of terminals.values()) terminal.close()
  place?.leave()
})

/** What a clone has in it, installed: what the tutorial writes comes beside it, and not into this one. */
function putClone(): void {
  mkdirSync(folder)
  for (const name of readdirSync(ROOT)) {
    if (!name.startsWith('.')) symlinkSync(join(ROOT, name), join(folder, name))
  }
}

/** A terminal that is opened in the clone; `npm ci`, which .ci/run does, has been done. */
async function terminalOf(number: string): Promise<Terminal> {
  const open = terminals.get(number)
  if (open !== undefined) return open
  const terminal = await openTerminal(folder, place.within, { npm_config_update_notifier: 'false' })
  terminals.set(number, terminal)
  await terminal.type(`npm() { [ "$1" = ci ] || command npm "$@"; }`)
  return terminal
}

/** The line that the first peer prints for others, with what the page has put in: a source, and a folder. */
function pasted(line: string, shown: string): string {
  const [, printed] = /^ *(npm run hearsay -- peer .*--connect \/ip4\/127\.0\.0\.1\/.*)$/m.exec(shown) ?? []
  const [, source] = /--data (\S+)/.exec(line) ?? []
  const typed = `${printed.replace('SOURCE', source)} --state south`
  expect(missingPart(line, typed), typed).toBeUndefined()
  return typed
}

async function watch(address: string): Promise<string | null> {
  const browser = await launchChromium({ within: place.within, folder: desk })
  try {
    const page = await browser.newPage({ viewport: WIDE })
    await page.goto(address)
    await page.waitForSelector('#seal:not([hidden])', { timeout: DEADLINE_MS })
    if (process.env.HEARSAY_IMAGES !== undefined) {
      await takePicture(page, join(process.env.HEARSAY_IMAGES, 'tutorial-sealed.png'))
    }
    return await page.textContent('#hash code')
  } finally {
    await browser.close()
  }
}

test('the shape of what is printed is told from another', () => {
  const printed =
    'sealed by 2 of 2, all with 326 kB\n…\nsealed on\n   933ebcdf0625f1c4ea3c86a451cfa92a2baf2985c80f144dcf0e83dc7b44b4da'
  const hash = 'ab'.repeat(32)
  expect(missingPart(printed, `x\nsealed by 3 of 3, all\nwith 1.2 MB\nmore\nsealed on ${hash}`)).toBeUndefined()
  expect(missingPart(printed, `sealed by 3 of 3, all with 1.2 MB\nsealed on ${hash.slice(1)}`)).toMatch('sealed on')
  expect(missingPart(printed, `sealed on ${hash}\nsealed by 3 of 3, all with 1 B`)).toMatch('sealed on')
  expect(missingPart(printed, 'sealed by two of 2, all with 1 B')).toMatch('sealed by')
})

describe.skipIf(missing !== '')(`the tutorial${missing}`, () => {
  test('can be done as it is written, and what it shows is printed', { timeout: DEADLINE_MS }, async () => {
    expect(steps.length).toBeGreaterThan(10)
    putClone()
    place = await createPlace(ON_A_NETWORK)
    const told: string[] = []
    let watched: Promise<string | null> | undefined
    for (const step of steps) await take(step)
    const codes = new Map<string, readonly number[]>()
    for (const [number, terminal] of terminals) codes.set(number, await terminal.ended())

    // Who was killed is in the second; everything else ends well.
    expect(codes.get('1')?.every(code => code === 0)).toBe(true)
    expect(
      codes
        .get('2')
        ?.slice(0, -1)
        .every(code => code === 0),
    ).toBe(true)
    expect(codes.get('2')?.at(-1)).not.toBe(0)
    expect(codes.get('3')?.every(code => code === 0)).toBe(true)
    const hashes = [...told.join('\n').matchAll(/^\S+ sealed on\s+([0-9a-f]{64})/gm)].map(([, hash]) => hash)
    expect(hashes).toHaveLength(4)
    const [first, second, ...later] = hashes
    expect(second).toBe(first)
    expect(later[1]).toBe(later[0])
    expect(later[0]).not.toBe(first)
    if (watched !== undefined) expect(await watched).toBe(first)

    async function take({ where, terminal: number, kind, text }: Step): Promise<void> {
      const terminal = await terminalOf(number)
      if (kind === 'typed') {
        const isPasted = text.includes('--invite hearsay-invite-')
        await terminal.type(isPasted ? pasted(text, (await terminals.get('1')?.text()) ?? '') : text)
        return
      }
      await terminal
        .shows(shown => missingPart(text, shown) === undefined)
        .catch(async error => {
          throw new Error(
            `${where} has what is not printed:\n${missingPart(text, await terminal.text())}\n${error.message}`,
          )
        })
      const shown = await terminal.text()
      if (text.includes('sealed on\n')) told.push(shown)
      const [, address] = /dashboard: (http\S+)/.exec(shown) ?? []
      if (address !== undefined && hasChromium) watched ??= watch(address)
      watched?.catch(() => {})
    }
  })
})
