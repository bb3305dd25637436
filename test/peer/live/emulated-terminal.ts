import { clearScreenDown, moveCursor } from 'node:readline'
import { Writable } from 'node:stream'
import xterm from '@xterm/headless'

/** A terminal of xterm.js without a window, and the stream that writes into it. */
export interface EmulatedTerminal {
  readonly stream: NodeJS.WriteStream
  /** All its lines, those that have scrolled out of sight as well, without the empty ones at the end. */
  lines(): Promise<readonly string[]>
  resize(columns: number, rows: number): Promise<void>
}

/** @param reflows whether it breaks lines anew when its width changes */
export function createEmulatedTerminal(columns: number, rows: number, reflows = true): EmulatedTerminal {
  // The consoles of older Windows cut lines off.
  const windowsPty = reflows ? undefined : ({ backend: 'conpty', buildNumber: 1 } as const)
  const terminal = new xterm.Terminal({ cols: columns, rows, convertEol: true, allowProposedApi: true, windowsPty })
  const writable = new Writable({
    write(chunk: Buffer, _encoding, done) {
      terminal.write(chunk)
      done()
    },
  })
  const stream = Object.assign(writable, {
    isTTY: true,
    columns,
    rows,
    moveCursor: (dx: number, dy: number) => moveCursor(writable, dx, dy),
    clearScreenDown: () => clearScreenDown(writable),
  })
  const written = () => new Promise<void>(resolve => terminal.write('', resolve))
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    async lines() {
      await written()
      const { active } = terminal.buffer
      const inSight = (row: number) => active.getLine(row)?.translateToString(true, 0, terminal.cols).trimEnd()
      const all = Array.from({ length: active.length }, (_, row) => inSight(row) ?? '')
      return all.slice(0, all.findLastIndex(line => line !== '') + 1)
    },
    async resize(newColumns, newRows) {
      await written()
      terminal.resize(newColumns, newRows)
      Object.assign(stream, { columns: newColumns, rows: newRows })
      stream.emit('resize')
    },
  }
}
