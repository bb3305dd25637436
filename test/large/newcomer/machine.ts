import { describe, expect, test } from 'vitest'
import { start } from '../../peer/command-line.ts'
import { expectExplained, heard } from './explained.ts'
import { type Desk, HERE, peer } from './newcomer.ts'

/** What the machine has not, or not any more. @param port that another program has */
export function testMachine({ write, at }: Desk, port: () => number): void {
  describe.concurrent('no GPU', () => {
    // What Vulkan has here is out of sight.
    const within = ['env', 'VK_DRIVER_FILES=/dev/null', 'VK_ICD_FILENAMES=/dev/null', 'CUDA_VISIBLE_DEVICES=']
    const blind = (...args: readonly string[]) =>
      start(['peer', ...args, '--alone', '--steps', '5'], { within }).finished

    test.each(['tfjs-node-gpu', 'webgpu'])('for --backend %s', async backend => {
      const wrong = await blind('--backend', backend)
      await expectExplained(
        wrong,
        1,
        /does not work here: .*\. What to do: .*(npm install|driver).*These work here: wasm/,
      )
      const [, working = ''] = /These work here: (\w+)/.exec(wrong.stderr) ?? []
      expect((await blind('--backend', working)).code).toBe(0)
    })

    test('for --gpu', async () => {
      await expectExplained(
        await blind('--gpu', '0'),
        1,
        /no backend can compute on GPU 0 here; .*without --gpu the CPU/,
      )
      await expectExplained(await blind('--gpu', '0', '--backend', 'wasm'), 2, /uses no GPU: .*, or leave out --gpu/)
      expect((await blind()).code).toBe(0)
    })
  })

  describe.concurrent('a port that is taken', () => {
    test.each<[flag: string, place: (port: number) => string, code: number, words: RegExp]>([
      [
        '--listen',
        port => `/ip4/127.0.0.1/tcp/${port}`,
        1,
        /EADDRINUSE.*; another program has this port, perhaps another peer: listen on another one, or on tcp\/0/,
      ],
      ['--dashboard', String, 2, /is taken by another program; take another one, or 0 for any that is free/],
      ['--metrics', String, 2, /is taken by another program; take another one, or 0 for any that is free/],
    ])('by %s', async (flag, place, code, words) => {
      const args = ['--no-mdns', '--backend', 'wasm', '--wait', '0.5']
      await expectExplained(await peer(...args, flag, place(port())), code, words)
      // It gets as far as to wait for others.
      expect((await peer(...args, flag, place(0))).stderr).toMatch(/waited 1 s for 2 peers/)
    })
  })

  describe.concurrent('and besides', () => {
    test('a Node that is too old', async () => {
      const older = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } })'
      const nodeFlags = ['--import', `data:text/javascript,${encodeURIComponent(older)}`]
      const finished = await start(['peer'], { nodeFlags }).finished
      await expectExplained(
        finished,
        2,
        /needs Node\.js 22\.12 or newer, and this is 20\.1\.0; see https:\/\/nodejs\.org/,
      )
    })

    test('training that diverges', async () => {
      const recipe = write('steep.json', '{ "training": { "steps": 50, "learningRate": 1e9 } }')
      const finished = await peer(recipe, ...HERE, '--alone')
      await expectExplained(
        finished,
        1,
        /training diverged: .*hearsay init.* a smaller --learning-rate, or --clip-norm 1/,
      )
    })

    test('a file that is written in no folder', async () => {
      await expectExplained(await peer('--save', at('no/m.safetensors')), 2, /there is no folder .*; make it first/)
    })

    test('Ctrl-C, which is no error, says where the peer stands and what is kept', async () => {
      const running = start(['peer', ...HERE, '--alone', '--steps', '20000'])
      await running.printed(/step [\d,]+ of 20,000/)
      running.signal('SIGINT')
      const { code, stderr } = heard(await running.finished)
      expect(code).toBe(130)
      expect(stderr).toMatch(/interrupted: stopping cleanly; once more ends at once/)
      expect(stderr).toMatch(/stopped at step [\d,]+ \(interrupted\)\n.*the model is thrown away: with --state DIR/)
    })
  })
}
