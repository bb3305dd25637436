import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Finished, hearsay, type Running, start } from '../peer/command-line.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { axeViolations, CHROMIUM, hasChromium, launchChromium, openPage, PHONE, WIDE } from './chromium.ts'

/** Where pictures of the page are kept: those of the documentation with `HEARSAY_IMAGES=docs/images`. */
const images = process.env.HEARSAY_IMAGES ?? temporaryFolder().path

/** Whatever a busy machine takes. */
const DEADLINE = { timeout: 120_000 }

interface Watched {
  readonly page: Page
  readonly running: Running
  /** The graph in words. */
  readonly graph: () => Promise<string | null>
}

/** Nothing on the page is wider than the page, and axe finds nothing, on dark as on light; keeps a picture of each width. */
async function expectFit(page: Page, name: string): Promise<void> {
  for (const size of [WIDE, PHONE]) {
    await page.setViewportSize(size)
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await axeViolations(page), `${size.width} ${colorScheme}`).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(size.width)
    }
    await page.screenshot({ path: join(images, `${name}-${size.width}.png`), fullPage: true })
  }
}

describe.skipIf(!hasChromium)(`simulations in Chromium (${CHROMIUM}; apt install chromium)`, () => {
  const folder = temporaryFolder()
  const { path } = folder
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
      expect(await page.locator('#graph').getAttribute('aria-label')).toBe('Swarm: 8 peers, 8 pairs that may average')
      const distance = page.locator('#curves .plot[aria-label^="Distance"]')
      expect(await distance.getAttribute('aria-label')).toContain(
        'at most, by averaging alone, in theory: ×\u00a00.805\u00a0a\u00a0round at ',
      )

      const last = /distance(\S+)/.exec((await figures()) ?? '')?.[1]
      await page.locator('#moment').press('Home')
      await expect.poll(said).toBe('as it was at round 0')
      await expect.poll(figures).toContain('round0 of 20')
      const first = /distance(\S+)/.exec((await figures()) ?? '')?.[1]
      expect(Number(first)).toBeGreaterThan(10 * Number(last))
      await page.locator('#moment').press('ArrowRight')
      await expect.poll(said).toBe('as it was at round 1')
      await expectFit(page, 'dashboard-simulation')
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

  /** The page of a command that runs, which is stopped however the test ends. */
  async function watching(args: readonly string[], look: (watched: Watched) => Promise<void>): Promise<Finished> {
    const running = start([...args, '--dashboard', '0'])
    try {
      await running.printed(/dashboard: http:\S+/)
      const [address] = /http:\S+/.exec(running.soFar().stderr) as RegExpExecArray
      const { page, complaints } = await openPage(browser, address)
      const graph = () => page.locator('#graph').getAttribute('aria-label')
      await look({ page, running, graph })
      expect(complaints).toEqual([])
      await page.close()
    } finally {
      running.signal('SIGINT')
    }
    return await running.finished
  }

  /** Averaging alone on a topology. */
  const averaging = (topology: string, ...others: readonly string[]) => [
    ...['simulate', '--engine', 'matrix', '--task', 'consensus', '--dimension', '50', '--rule', 'dpsgd'],
    ...['--topology', topology, ...others],
  ]

  test('the slope of averaging alone is there while the run goes on', async () => {
    const { code } = await watching(averaging('ring', '--peers', '8', '--rounds', '1000000'), async ({ page }) => {
      const distance = page.locator('#curves .plot[aria-label^="Distance"]')
      await expect
        .poll(() => distance.getAttribute('aria-label'), DEADLINE)
        .toContain('in theory: ×\u00a00.805\u00a0a\u00a0round at ')
      expect(await page.locator('#curves .legend:visible').first().textContent()).toContain(
        'at most, by averaging alone',
      )
      // It has not ended: that can be asked for.
      expect(await page.locator('#stop').isVisible()).toBe(true)
    })
    expect(code).toBe(130)
  }, 240_000)

  test.each([
    {
      engine: 'virtual',
      peers: '6',
      name: /^Swarm: 6 peers, 6 pairs that may average, [1-9] pairs? that have just exchanged$/,
    },
    {
      engine: 'libp2p',
      peers: '4',
      name: /^Swarm: 4 peers, [1-6] pairs? that have just exchanged$/,
    },
  ])(
    'who has just exchanged is shown by the engine $engine',
    async ({ engine, peers, name }) => {
      const args = ['simulate', '--engine', engine, '--peers', peers, '--topology', 'ring', '--steps', '100000']
      const { code } = await watching(args, async ({ page, graph }) => {
        await expect.poll(graph, DEADLINE).toMatch(name)
        expect(await page.locator('#exchanging').textContent()).toBe('have just exchanged')
        expect(await page.locator('#exchanging').isVisible()).toBe(true)
        await expectFit(page, `dashboard-${engine}`)
      })
      expect(code).toBe(130)
    },
    300_000,
  )

  test('a result that was averaged along edges from a file has its lines, and one that lacks the edges says so', async () => {
    const file = folder.write('own.txt', '0 1\n1 2\n2 3\n3 4\n4 0\n0 2\n')
    const out = join(path, 'along-edges.json')
    expect((await hearsay(...averaging(`file:${file}`, '--peers', '5', '--rounds', '5', '--out', out))).code).toBe(0)
    rmSync(file)
    await watching(['inspect', out], async ({ page, graph }) => {
      await expect.poll(graph, DEADLINE).toBe('Swarm: 5 peers, 6 pairs that may average')
      expect(await page.locator('#aside').isVisible()).toBe(false)
    })
    const { edges: _, ...old } = JSON.parse(readFileSync(out, 'utf8'))
    await watching(['inspect', folder.write('old.json', JSON.stringify(old))], async ({ page, graph }) => {
      await expect.poll(graph, DEADLINE).toBe('Swarm: 5 peers')
      expect(await page.locator('#aside').textContent()).toMatch(
        /^No lines are drawn: the edges were in the file .*own\.txt/,
      )
      expect(await page.locator('#by-topology').isVisible()).toBe(false)
      await expectFit(page, 'dashboard-without-edges')
    })
  }, 240_000)

  test('a run that diverges says so at once, on stderr and on the page, and ends as it does without', async () => {
    const args = ['simulate', '--engine', 'matrix', '--task', 'quadratic', '--rule', 'dpsgd', '--topology', 'ring']
    const { code, stderr } = await watching(
      [...args, '--peers', '8', '--learning-rate', '1e3', '--rounds', '50'],
      async ({ page, running, graph }) => {
        // Before anybody closes the dashboard.
        await running.printed(/^hearsay: the run diverged: in round 3 the parameters of peer-0 were not finite/m)
        await page.waitForSelector('#diverged:visible', DEADLINE)
        expect(await page.locator('#diverged-why').textContent()).toMatch(
          /^In round 3 the parameters of peer-0 were not/,
        )
        expect(await page.locator('#phase-said').textContent()).toBe('diverged')
        expect(await page.locator('#stop').isVisible()).toBe(false)
        await expect.poll(graph, DEADLINE).toBe('Swarm: 8 peers, 8 pairs that may average, peer 0 has diverged')
        await page.waitForSelector('#log :text("hearsay: the run diverged")', DEADLINE)
        await expectFit(page, 'dashboard-diverged')
      },
    )
    expect(code).toBe(1)
    expect(stderr.match(/the run diverged/g)).toHaveLength(1)
  }, 240_000)

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
