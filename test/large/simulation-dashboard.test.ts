import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { start } from '../peer/command-line.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { axeViolations, CHROMIUM, hasChromium, launchChromium, openPage, PHONE, WIDE } from './chromium.ts'

/** Where pictures of the page are kept: those of the documentation with `HEARSAY_IMAGES=docs/images`. */
const images = process.env.HEARSAY_IMAGES ?? temporaryFolder().path

/** Whatever a busy machine takes. */
const DEADLINE = { timeout: 120_000 }

describe.skipIf(!hasChromium)(`simulations in Chromium (${CHROMIUM}; apt install chromium)`, () => {
  const { path } = temporaryFolder()
  let browser: Browser
  beforeAll(async () => {
    mkdirSync(images, { recursive: true })
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())

  test.each([
    {
      name: 'one that has just run',
      args: [
        'simulate',
        '--engine',
        'matrix',
        '--rule',
        'dpsgd',
        '--topology',
        'ring',
        '--peers',
        '8',
        '--task',
      ].concat(...['consensus', '--dimension', '50', '--rounds', '20', '--out', join(path, 'result.json')]),
    },
    { name: 'a finished result', args: ['inspect', join(path, 'result.json')] },
  ])(
    'play back, with a slider and by keyboard: $name',
    async ({ args }) => {
      const running = start([...args, '--dashboard', '0'])
      await running.printed(/played back/)
      const [address] = /http:\S+/.exec(running.soFar().stderr) as RegExpExecArray
      const { page, hosts, complaints } = await openPage(browser, address)
      await page.waitForSelector('#replay:visible', DEADLINE)
      const said = () => page.locator('#moment-said').textContent()
      const figures = () => page.locator('#figures').textContent()
      expect(await page.title()).toBe('hearsay simulation of 8 peers')
      expect([await said(), await figures()]).toEqual(['as it is now', expect.stringContaining('round20 of 20')])
      expect(await page.locator('#graph').getAttribute('aria-label')).toMatch(/^Swarm: 8 peers, 8 connections/)
      const distance = page.locator('#curves .plot[aria-label^="Distance"]')
      expect(await distance.getAttribute('aria-label')).toContain('by averaging alone, in theory at ')

      const last = /distance(\S+)/.exec((await figures()) ?? '')?.[1]
      await page.locator('#moment').press('Home')
      await expect.poll(said).toBe('as it was at round 0')
      await expect.poll(figures).toContain('round0 of 20')
      const first = /distance(\S+)/.exec((await figures()) ?? '')?.[1]
      expect(Number(first)).toBeGreaterThan(10 * Number(last))
      await page.locator('#moment').press('ArrowRight')
      await expect.poll(said).toBe('as it was at round 1')
      for (const size of [WIDE, PHONE]) {
        await page.setViewportSize(size)
        for (const colorScheme of ['dark', 'light'] as const) {
          await page.emulateMedia({ colorScheme })
          expect(await axeViolations(page), `${size.width} ${colorScheme}`).toEqual([])
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(size.width)
        }
        await page.screenshot({ path: join(images, `dashboard-simulation-${size.width}.png`), fullPage: true })
      }
      await page.locator('#moment-live').press('Enter')
      await expect.poll(said).toBe('as it is now')

      running.signal('SIGINT')
      expect((await running.finished).code).toBe(0)
      // What was seen can still be played back.
      await page.waitForSelector('#link:text("ended")', DEADLINE)
      await page.locator('#moment').press('Home')
      await expect.poll(figures).toContain('round0 of 20')
      await page.close()
      expect([...hosts]).toEqual([new URL(address).host])
      expect(complaints.filter(text => !/ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING)/.test(text))).toEqual([])
    },
    240_000,
  )

  test.each([
    { what: 'simulation', args: ['simulate', '--engine', 'matrix', '--peers', '4', '--rounds', '100000'] },
    { what: 'swarm', args: ['swarm', '--peers', '2', '--steps', '1000000', '--backend', 'wasm'] },
  ])(
    'stop a $what that runs, with the token',
    async ({ what, args }) => {
      const running = start([...args, '--dashboard', '0'])
      await running.printed(/dashboard: http:\S+/)
      const [address] = /http:\S+/.exec(running.soFar().stderr) as RegExpExecArray
      const { page } = await openPage(browser, address)
      await page.waitForSelector('#curves figure:visible', DEADLINE)
      expect(await page.locator('#stop').textContent()).toBe(`Stop this ${what}`)
      await page.locator('#stop').click()
      await page.locator('#sure .danger').click()
      expect((await running.finished).code).toBe(130)
      await page.waitForSelector('#link:text("ended")', DEADLINE)
      await page.close()
    },
    240_000,
  )
})
