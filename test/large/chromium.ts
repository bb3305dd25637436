/**
 * Chromium as the system has it, for pages that the tests open in a real browser.
 *
 * @packageDocumentation
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { bundleCharts } from '../../tools/bundle-charts.ts'

/** Where Debian's package puts it. */
export const CHROMIUM = '/usr/bin/chromium'

export const hasChromium = existsSync(CHROMIUM)

/** Where a browser is to be opened. */
interface Elsewhere {
  /** The beginning of a command that runs the rest of it there. */
  readonly within: readonly string[]
  /** For the program that does so. */
  readonly folder: string
}

export async function launchChromium(elsewhere?: Elsewhere): Promise<Browser> {
  const executablePath = elsewhere === undefined ? CHROMIUM : programWithin(elsewhere)
  // As root it has no sandbox; what it opens here are our own pages.
  return await chromium.launch({ executablePath, args: ['--no-sandbox'] })
}

function programWithin({ within, folder }: Elsewhere): string {
  const program = join(folder, 'chromium-there')
  writeFileSync(program, `#!/bin/sh\nexec ${within.join(' ')} ${CHROMIUM} "$@"\n`, { mode: 0o755 })
  return program
}

/** A picture for the documentation, which weighs in the package: of 256 colours, a third of the bytes. */
export async function takePicture(page: Page, file: string): Promise<void> {
  const picture = await page.screenshot()
  await sharp(picture).png({ palette: true, effort: 10 }).toFile(file)
}

/** A page, with all that it asked for and complained of. */
export interface WatchedPage {
  readonly page: Page
  /** Hosts, with ports, of all requests. */
  readonly hosts: ReadonlySet<string>
  /** Errors and warnings of the console, and errors that nobody caught. */
  readonly complaints: readonly string[]
}

export const WIDE = { width: 1280, height: 900 }
export const PHONE = { width: 390, height: 844 }

/** The parts of ECharts as the package has them, in the mode in which they complain of what is drawn with and missing among them. */
let charts: Promise<string> | undefined

export async function openPage(browser: Browser, url: string): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: WIDE, colorScheme: 'light' })
  charts ??= bundleCharts('development').then(({ code }) => code)
  const contentType = 'text/javascript; charset=utf-8'
  await page.route('**/echarts.js', async route => route.fulfill({ contentType, body: await charts }))
  const hosts = new Set<string>()
  const complaints: string[] = []
  page.on('request', request => hosts.add(new URL(request.url()).host))
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', error => complaints.push(String(error)))
  await page.goto(url)
  return { page, hosts, complaints }
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The violations that axe finds, each with the first place. */
export async function axeViolations(page: Page): Promise<string[]> {
  // Evaluated, and not put into the page, whose policy lets in no script but its own.
  await page.evaluate(AXE)
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0].html}`)
}
