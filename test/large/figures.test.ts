import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hearsay } from '../peer/command-line.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { axeViolations, CHROMIUM, hasChromium, launchChromium, openPage, PHONE, WIDE } from './chromium.ts'

/** Where pictures are kept, to be looked at. */
const images = process.env.HEARSAY_IMAGES ?? temporaryFolder().path

/** As wide as the figure is on paper, in pixels of CSS. */
const COLUMN = { width: 340, height: 420 }

/** Some of these diverge, some are refused, and the names are long. */
const GRID = {
  base: { engine: 'matrix', peers: 8, task: 'quadratic', rounds: 60, dimension: 4, topology: 'ring' },
  grid: { 'learning-rate': [0.5, 3], rule: ['dpsgd', 'gradient-tracking', 'relaysum'], seed: [1, 2, 3] },
}

/** Where it is on the page, and what it says. */
async function boxOf(element: Locator) {
  const { x, y, width, height } = (await element.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  return { left: x, right: x + width, top: y, bottom: y + height, text: (await element.textContent()) ?? '' }
}

describe.skipIf(!hasChromium)(`figures and reports in Chromium (${CHROMIUM}; apt install chromium)`, () => {
  const folder = temporaryFolder()
  const at = (name: string) => join(folder.path, name)
  let browser: Browser
  beforeAll(async () => {
    mkdirSync(images, { recursive: true })
    folder.write('grid.json', JSON.stringify(GRID))
    const files = ['--figure', `mergedLoss:${at('figure.svg')}`, '--report', at('report.html')]
    const { code, stderr } = await hearsay('simulate', '--sweep', at('grid.json'), '--out', at('results'), ...files)
    expect(code, stderr).toBe(0)
    browser = await launchChromium()
  }, 120_000)
  afterAll(() => browser?.close())

  test('a figure is whole: valid XML, every text inside it and on no other, nothing fetched', async () => {
    const { page, hosts, complaints } = await openPage(browser, pathToFileURL(at('figure.svg')).href)
    await page.setViewportSize(COLUMN)
    await page.screenshot({ path: join(images, 'figure.png') })
    const source = readFileSync(at('figure.svg'), 'utf8')
    const error = `new DOMParser().parseFromString(${JSON.stringify(source)}, 'application/xml').querySelector('parsererror')?.textContent ?? null`
    expect(await page.evaluate(error)).toBeNull()
    const whole = await boxOf(page.locator('svg').first())
    const texts = await Promise.all((await page.locator('text').all()).map(boxOf))
    expect(texts.length).toBeGreaterThan(10)
    const said = texts.map(({ text }) => text)
    expect(said).toContain('learning-rate=3 rule=gradient-tracking')
    expect(said.join(' ')).toMatch(/seed 1 diverged.* seed 1 was refused/)
    const outside = texts.filter(
      ({ left, right, top, bottom }) =>
        left < whole.left || right > whole.right || top < whole.top || bottom > whole.bottom,
    )
    expect(outside).toEqual([])
    const overlapping = texts.flatMap((one, i) =>
      texts
        .slice(i + 1)
        .filter(
          other =>
            Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1 &&
            Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 3,
        )
        .map(other => [one.text, other.text]),
    )
    expect(overlapping).toEqual([])
    expect([complaints, [...hosts].filter(host => host !== '')]).toEqual([[], []])
  })

  test.each(['light', 'dark'] as const)('a report of bands is whole, wide and on a phone: %s', async colorScheme => {
    const { page, hosts, complaints } = await openPage(browser, pathToFileURL(at('report.html')).href)
    await page.emulateMedia({ colorScheme })
    for (const [name, size] of Object.entries({ wide: WIDE, phone: PHONE })) {
      await page.setViewportSize(size)
      await page.screenshot({ path: join(images, `report-${colorScheme}-${name}.png`) })
      const shown = page.locator('figure polygon:visible')
      // In each of the two plots a band for each of the four settings that ran.
      expect(await shown.count()).toBe(2 * 4)
      expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true)
    }
    expect(await axeViolations(page)).toEqual([])
    expect([complaints, [...hosts].filter(host => host !== '')]).toEqual([[], []])
  })
})
