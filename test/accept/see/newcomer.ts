/**
 * The first minutes of somebody who has heard of hearsay: two machines, each a network namespace with a fresh clone and an empty npm
 * cache, and nothing typed but what the README and the terminal say.
 *
 * @packageDocumentation
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { seconds } from '../../../peer/words.ts'
import { within } from '../../hosts/network/commands.ts'
import { whyNoHosts } from '../../hosts/network/permitted.ts'
import { withWorld } from '../../hosts/network/world.ts'
import { CHROMIUM, hasChromium, launchChromium, takePicture, WIDE } from '../../large/chromium.ts'
import { createRows, type Item, lastLines } from '../row.ts'
import { ROOT } from '../run.ts'
import { withFolder } from '../running-process.ts'

/** What somebody gives it who tries it. */
const MOST_SECONDS = 180
/** A step that takes this long hangs. */
const DEADLINE_MS = 300_000

/** A shell in a folder, and where a line is typed in a namespace, in that. */
interface Shell {
  readonly folder: string
  readonly namespace?: string
}

interface Typed {
  /** Resolves with the match once it is printed; rejects when the line ends without. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  /** @returns the exit code, and all that was printed */
  readonly ended: Promise<{ readonly code: number | null; readonly out: string }>
  end(): void
}

/** Types a line, as a person does who has nothing of this project's on the path. */
function type(line: string, { folder, namespace }: Shell, cache: string): Typed {
  const path = (process.env.PATH ?? '').split(':').filter(one => !one.includes('node_modules'))
  const [program, ...args] = [...(namespace === undefined ? [] : within(namespace)), 'bash', '-c', line]
  const child: ChildProcess = spawn(program, args, {
    cwd: folder,
    env: { HOME: process.env.HOME, PATH: path.join(':'), npm_config_cache: cache, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // With all that it starts, it is one job.
    detached: true,
  })
  const end = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
  }
  const deadline = setTimeout(end, DEADLINE_MS)
  const watchers = new Set<() => void>()
  let out = ''
  let isOver = false
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      out += text
      for (const watcher of watchers) watcher()
    })
  }
  const ended = new Promise<{ code: number | null; out: string }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => {
      clearTimeout(deadline)
      isOver = true
      for (const watcher of watchers) watcher()
      resolve({ code, out })
    })
  })
  return {
    printed: pattern =>
      new Promise((resolve, reject) => {
        function look(): void {
          const match = pattern.exec(out)
          if (match !== null) resolve(match)
          else if (isOver) reject(new Error(`${line} ended without ${pattern}: ${lastLines(out)}`))
          else return
          watchers.delete(look)
        }
        watchers.add(look)
        look()
      }),
    ended,
    end,
  }
}

export const newcomer: Item = {
  name: 'newcomer',
  about: 'the first minutes: two commands, a second machine that pastes a line, the dashboard open',
  seeds: 1,
  async run(options) {
    const rows = createRows(options)
    const missing = whyNoHosts ?? (hasChromium ? undefined : `needs ${CHROMIUM} (apt install chromium)`)
    if (missing !== undefined) {
      rows.add({ asked: 'two machines in network namespaces, and Chromium', measured: missing, passed: false })
      return rows.all()
    }
    await withFolder(path =>
      withWorld(async world => {
        const images = process.env.HEARSAY_IMAGES ?? path('pictures')
        mkdirSync(images, { recursive: true })
        const lan = world.lan('office')
        const [first, second] = ['first', 'second'].map((name, index) => {
          const host = world.host(name)
          host.join(lan, { address: `10.9.0.${index + 1}/24` })
          const folder = path(name)
          mkdirSync(folder)
          return { folder, namespace: host.namespace }
        })
        const jobs: Typed[] = []
        const began = performance.now()
        let before = began
        const since = (moment: number) => seconds((performance.now() - moment) / 1_000)
        const say = (asked: string, measured: string, passed: boolean) => {
          rows.add({ asked, measured: `${since(before)}, ${since(began)} from the start: ${measured}`, passed })
          before = performance.now()
        }
        const start = (line: string, shell: Shell) => {
          const job = type(line, shell, path(`cache-${shell.folder === first.folder ? 1 : 2}`))
          jobs.push(job)
          return job
        }
        const clone = (shell: Shell) => ({ ...shell, folder: join(shell.folder, 'hearsay') })
        let browser: Browser | undefined
        try {
          // The mirror of npm is not on that network: both machines install before they go there.
          const cloned = await Promise.all(
            [first, second].map(({ folder }) => start(`git clone -q ${ROOT} hearsay`, { folder }).ended),
          )
          say(
            'both clone it',
            'git clone',
            cloned.every(({ code }) => code === 0),
          )
          const beside = start('npm ci', { folder: clone(second).folder })
          const begun = await start('npm ci && npm start', { folder: clone(first).folder }).ended
          const sealed = /all 5 peers sealed on\n {2}([0-9a-f]{64})/.exec(begun.out)?.[1]
          say(
            'the first command of the README, with an empty cache, ends with one hash of five peers',
            `npm ci && npm start: exit code ${begun.code}, ${sealed ?? lastLines(begun.out)}`,
            begun.code === 0 && sealed !== undefined,
          )
          const installed = await beside.ended
          say('the second machine has installed it meanwhile', lastLines(installed.out, 1), installed.code === 0)

          const peer = start('npm run hearsay -- peer --dashboard 7070', clone(first))
          const [line] = await peer.printed(/^ +npm run hearsay -- peer .*--connect \/ip4\/10\.9\.0\.1\/.*$/m)
          const [, address] = await peer.printed(/dashboard: (http\S+)/)
          say('the second command prints the address of its page, and the line for others', line.trim(), true)

          browser = await launchChromium({ within: within(first.namespace), folder: path('.') })
          const page = await browser.newPage({ viewport: WIDE })
          await page.goto(address)
          const waits = await page.waitForSelector('#waiting:not([hidden])', { timeout: DEADLINE_MS })
          await takePicture(page, join(images, 'newcomer-waiting.png'))
          say(
            'the page says for whom it waits',
            ((await waits.textContent()) ?? '').trim().replaceAll(/\s+/g, ' ').slice(0, 100),
            true,
          )

          const other = start(line.trim(), clone(second))
          await page.waitForSelector('#phases .now:text("training")', { timeout: DEADLINE_MS })
          // Curves of how good the model is, besides those of the distance and of the bytes.
          await page.locator('#curves figure:visible').nth(3).waitFor({ timeout: DEADLINE_MS })
          await takePicture(page, join(images, 'newcomer-training.png'))
          say('the second machine pastes the line, and the page shows both train', line.trim().slice(0, 40), true)

          await page.waitForSelector('#seal:not([hidden])', { timeout: DEADLINE_MS })
          const shown = await page.textContent('#hash code')
          await takePicture(page, join(images, 'newcomer-sealed.png'))
          const ends = await Promise.all([peer.ended, other.ended])
          const hashes = ends.map(({ out }) => /sealed on ([0-9a-f]{64})/.exec(out)?.[1])
          say(
            'both seal on one hash, which the page shows, and end with exit code 0',
            `exit codes ${ends.map(({ code }) => code).join(' and ')}, ${[...new Set(hashes)].join(' and ')}`,
            ends.every(({ code }) => code === 0) && hashes.every(hash => hash !== undefined && hash === shown),
          )
          const took = (performance.now() - began) / 1_000
          rows.add({
            asked: `all of it in less than ${seconds(MOST_SECONDS)}`,
            measured: `${seconds(took)}; pictures ${process.env.HEARSAY_IMAGES === undefined ? 'are kept with HEARSAY_IMAGES=FOLDER' : `in ${images}`}`,
            passed: took < MOST_SECONDS,
          })
        } finally {
          await browser?.close()
          for (const job of jobs) job.end()
          await Promise.allSettled(jobs.map(({ ended }) => ended))
        }
      }),
    )
    return rows.all()
  },
}
