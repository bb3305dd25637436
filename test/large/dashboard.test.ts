import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Running, type Said, withFolder, withProcesses } from '../accept/running-process.ts'
import { start as startPrinting } from '../peer/command-line.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { axeViolations, CHROMIUM, hasChromium, launchChromium, openPage, PHONE, WIDE } from './chromium.ts'

/** Where pictures of the page are kept: those of the documentation with `HEARSAY_IMAGES=docs/images`. */
const images = process.env.HEARSAY_IMAGES ?? temporaryFolder().path

/** Peers that find each other on this machine only, each with a part of one dataset. */
const peer = (part: number, ...others: readonly string[]) => [
  ...['peer', '--json', '--no-mdns', '--listen', '/ip4/127.0.0.1/tcp/0', '--backend', 'wasm', '--wait', '300'],
  ...['--seed', '1', '--shard', `${part}/3`, ...others],
]

/** Whatever a busy machine takes. */
const DEADLINE = { timeout: 240_000 }

async function addressOf(running: Running): Promise<string> {
  return (await running.said('dashboard')).address as string
}

async function contactOf(running: Running): Promise<string> {
  const { connect } = (await running.said('waiting')) as Said & { readonly connect: readonly string[] }
  return connect[0]
}

async function textsOf(page: Page, selector: string): Promise<string[]> {
  return await page.locator(selector).allTextContents()
}

/** Nothing on the page is wider than the page, and axe finds nothing, on dark as on light. */
async function expectFit(page: Page): Promise<void> {
  for (const size of [WIDE, PHONE]) {
    await page.setViewportSize(size)
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      await drawn(page)
      expect(await axeViolations(page), `${size.width} ${colorScheme}`).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth'), colorScheme).toBeLessThanOrEqual(size.width)
    }
  }
  await take(page, 'dashboard-phone', { fullPage: true })
  await page.setViewportSize(WIDE)
}

async function take(page: Page, name: string, { fullPage = false } = {}): Promise<void> {
  await drawn(page)
  await page.screenshot({ path: join(images, `${name}.png`), fullPage })
}

/** The plots follow the size of the page when the browser next draws, and draw themselves then. */
async function drawn(page: Page): Promise<void> {
  await page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))')
}

describe.skipIf(!hasChromium)(`the dashboard in Chromium (${CHROMIUM}; apt install chromium)`, () => {
  let browser: Browser
  beforeAll(async () => {
    mkdirSync(images, { recursive: true })
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())

  test('follows a swarm of three to its seal, and shows all of it to whoever comes late', async () => {
    await withProcesses(async start => {
      const watched = start(peer(1, '--dashboard', '0', '--steps', '600', '--stay'))
      const address = await addressOf(watched)
      const { host } = new URL(address)
      const { page, hosts, complaints } = await openPage(browser, address)
      await page.waitForSelector('#waiting:not([hidden])', DEADLINE)
      const why = await textsOf(page, '#waiting-why')
      const lines = await textsOf(page, '#joining-lines code')
      expect(await page.locator('#phases [aria-current]').textContent()).toBe('waiting')

      const contact = await contactOf(watched)
      const others = [2, 3].map(part => start(peer(part, '--connect', contact, '--steps', '600')))
      await expect.poll(() => page.locator('#neighbours tr').count(), DEADLINE).toBe(2)
      await page.waitForSelector('#phases .now:text("training")', DEADLINE)
      await expect
        .poll(() => page.locator('#graph').getAttribute('aria-label'), DEADLINE)
        .toMatch(/[12] exchanging now/)
      expect(await page.locator('#graph').getAttribute('aria-label')).toMatch(
        /^Swarm: 2 other peers, 2 connected to this one, [0-2] exchanging now, 1 further pair that may average, by the topology$/,
      )
      expect(await page.locator('#by-topology').isVisible()).toBe(true)
      expect(await page.locator('#aside').textContent()).toContain(
        "this peer's own: those among others it does not know",
      )

      await page.waitForSelector('#curves figure:visible:has-text("Samples a second")', DEADLINE)
      await expect.poll(() => page.locator('#log li:has-text("step ")').count(), DEADLINE).toBeGreaterThan(6)
      await take(page, 'dashboard')
      await page.waitForSelector('#seal:not([hidden])', DEADLINE)
      const sealed = (await watched.said('consensus')).parametersHash
      expect(await textsOf(page, '#hash code')).toEqual([sealed])
      await expectFit(page)

      const late = await openPage(browser, address)
      await late.page.waitForSelector('#seal:not([hidden])', DEADLINE)
      await drawn(late.page)
      const titles = await textsOf(late.page, '#curves figure:visible h2')
      for (const title of ['Accuracy', 'Loss', 'Distance of the swarm', 'Bytes by purpose', 'Samples a second']) {
        expect(
          titles.some(text => text.startsWith(title)),
          title,
        ).toBe(true)
      }
      // The very first figures, of before this page.
      const curves = '#curves .plot[aria-label^="Loss"]'
      const beginning = (label: string | null) => label?.split(', ').at(-1)
      expect(beginning(await late.page.getAttribute(curves, 'aria-label'))).toBe(
        beginning(await page.getAttribute(curves, 'aria-label')),
      )
      expect(await textsOf(late.page, '#log span')).toEqual(expect.arrayContaining([why[0], lines[0]]))

      for (const { ended } of others) await ended
      watched.interrupt()
      const ends = await Promise.all([watched, ...others].map(({ ended }) => ended))
      expect(ends.map(({ exit }) => exit)).toEqual([0, 0, 0])
      expect(ends.map(end => end.last('consensus')?.parametersHash)).toEqual([sealed, sealed, sealed])
      // In the very words of the terminal.
      for (const line of [...why, ...lines]) expect(ends[0].stderr).toContain(line)
      for (const seen of [page, late.page]) {
        await seen.waitForSelector('#link:text("ended")', DEADLINE)
        await seen.close()
      }
      expect([...hosts, ...late.hosts]).toEqual([host, host])
      expect([...complaints, ...late.complaints].filter(text => !IS_GONE.test(text))).toEqual([])
    })
  }, 600_000)

  test('is back by itself when its peer is', async () => {
    await withFolder(path =>
      withProcesses(async start => {
        const again = (place: string) =>
          start(peer(1, '--steps', '2500', '--state', path('state'), '--dashboard', place))
        const first = again('0')
        const address = await addressOf(first)
        const { host, port } = new URL(address)
        const [open, trusted] = [await openPage(browser, `http://${host}/`), await openPage(browser, address)]
        const contact = await contactOf(first)
        const others = [2, 3].map(part => start(peer(part, '--connect', contact, '--steps', '2500')))
        await open.page.waitForSelector('#curves figure:visible:has-text("Loss")', DEADLINE)
        const title = await open.page.title()
        first.kill()
        await open.page.waitForSelector('#link:text("connection lost")', DEADLINE)

        const second = again(port)
        await open.page.waitForSelector('#link.live', DEADLINE)
        // The dashboard is there before the peer has been made again.
        await expect.poll(() => open.page.title(), DEADLINE).toBe(title)
        await open.page.waitForSelector('#log :text("resumed at step")', DEADLINE)
        // The token was that of the life before.
        await trusted.page.waitForSelector('#link:text("refused: the address has changed")', DEADLINE)
        await open.page.waitForSelector('#seal:not([hidden])', DEADLINE)
        const sealed = (await second.said('consensus')).parametersHash
        expect(await textsOf(open.page, '#hash code')).toEqual([sealed])
        const ends = await Promise.all([second, ...others].map(({ ended }) => ended))
        expect(ends.map(({ exit }) => exit)).toEqual([0, 0, 0])
        expect([...open.hosts, ...trusted.hosts]).toEqual([host, host])
        expect(open.complaints.filter(text => !IS_GONE.test(text))).toEqual([])
        await Promise.all([open, trusted].map(({ page }) => page.close()))
      }),
    )
  }, 600_000)

  test('follows a swarm in one process to its seal, and the training alone after it', async () => {
    const running = startPrinting(['swarm', '--peers', '4', '--steps', '400', '--backend', 'wasm', '--dashboard', '0'])
    await running.printed(/dashboard: http:\S+/)
    const [address] = /http:\S+/.exec(running.soFar().stderr) as RegExpExecArray
    const { page, hosts, complaints } = await openPage(browser, address)
    await expect.poll(() => page.locator('#neighbours tr').count(), DEADLINE).toBe(4)
    await page.waitForSelector('#phases .now:text("training")', DEADLINE)
    await expect
      .poll(() => page.locator('#graph').getAttribute('aria-label'), DEADLINE)
      .toMatch(/^Swarm: 4 peers, 6 connections, [1-6] exchanging now$/)
    await page.waitForSelector('#seal:not([hidden])', DEADLINE)
    const [seal] = await textsOf(page, '#hash code')
    expect(seal).toMatch(/^[0-9a-f]{64}$/)
    await page.waitForSelector('#waiting-why:text("training each peer alone")', DEADLINE)
    await take(page, 'dashboard-swarm')
    expect(await axeViolations(page)).toEqual([])
    const titles = await textsOf(page, '#curves figure:visible h2')
    for (const title of ['Accuracy', 'Loss', 'Distance of the swarm', 'Bytes by purpose', 'Samples a second']) {
      expect(
        titles.some(text => text.startsWith(title)),
        title,
      ).toBe(true)
    }
    const { code, stdout } = await running.finished
    expect(code).toBe(0)
    expect(stdout).toContain(seal.slice(0, 12))
    await page.waitForSelector('#link:text("ended")', DEADLINE)
    await page.close()
    expect([...hosts]).toEqual([new URL(address).host])
    expect(complaints.filter(text => !IS_GONE.test(text))).toEqual([])
  }, 600_000)

  test('stops its peer with the token, by keyboard, once one is sure; a wrong token is refused', async () => {
    await withProcesses(async start => {
      const running = start(peer(1, '--dashboard', '0'))
      const address = await addressOf(running)
      const wrong = await browser.newPage()
      expect((await wrong.goto(`http://${new URL(address).host}/${'x'.repeat(22)}/`))?.status()).toBe(403)
      await wrong.close()

      const { page, complaints } = await openPage(browser, `http://${new URL(address).host}/`)
      await page.waitForSelector('#waiting:not([hidden])', DEADLINE)
      // Looking needs no token on this machine, stopping does.
      expect(await page.locator('#stop').isVisible()).toBe(false)
      await page.goto(address)
      await page.waitForSelector('#stop:visible', DEADLINE)
      await page.keyboard.press('Tab')
      expect(await page.evaluate('document.activeElement.id')).toBe('stop')
      await page.keyboard.press('Enter')
      expect(await axeViolations(page)).toEqual([])
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Let it run')
      await page.keyboard.press('Escape')
      await page.locator('#stop').press('Enter')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      const { exit, stderr } = await running.ended
      expect(exit).toBe(130)
      expect(stderr).toContain('asked to stop on the dashboard')
      await page.waitForSelector('#link:text("ended")', DEADLINE)
      await page.close()
      expect(complaints.filter(text => !IS_GONE.test(text))).toEqual([])
    })
  }, 600_000)
})

/** What the browser itself notes while the peer is not there; nothing on the page can keep it from that. */
const IS_GONE =
  /^Failed to load resource: net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING) \(http:\/\/127\.0\.0\.1:\d+\/(\S+\/)?events\)$/
