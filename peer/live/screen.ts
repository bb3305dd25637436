import { stripVTControlCharacters } from 'node:util'
import { createLogUpdate } from 'log-update'

/** What a frame may take. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/** Draws a frame for a terminal so large. */
export type Render = (size: Size) => string

/** The lowest lines of a terminal: a frame that is drawn anew, under lines that stay. */
export interface Screen {
  /** Draws a frame in place of the last, and again whenever the terminal changes its size. */
  draw(render: Render): void
  /** Has something written that stays, above the frame. */
  above(write: () => void): void
  /** Ends the frame, and leaves it as it was drawn last. */
  leave(): void
  /** Ends the frame, and takes it away. */
  clear(): void
}

/** Where a terminal does not say how large it is. */
const USUAL: Size = { columns: 80, rows: 24 }

/**
 * @param stream a terminal
 * @param reflows whether it breaks lines anew when it becomes narrower, as nearly all do
 */
export function createScreen(stream: NodeJS.WriteStream, reflows = doesReflow(process.env)): Screen {
  const update = createLogUpdate(stream)
  let render: Render | undefined
  /** The columns that each line of the frame on the screen takes. */
  let widths: readonly number[] = []

  function size(): Size {
    return { columns: stream.columns || USUAL.columns, rows: stream.rows || USUAL.rows }
  }

  function redraw(): void {
    if (render === undefined) return
    const frame = render(size())
    update(frame)
    widths = frame.split('\n').map(line => stripVTControlCharacters(line).length)
  }

  function erase(): void {
    update.clear()
    widths = []
  }

  /** The lines of the old frame may take more rows now than they did when it was drawn. */
  function resize(): void {
    const { columns } = size()
    const more = reflows ? widths.reduce((sum, width) => sum + Math.max(0, Math.ceil(width / columns) - 1), 0) : 0
    if (more > 0) stream.moveCursor(0, -more)
    erase()
    if (more > 0) stream.clearScreenDown()
    redraw()
  }

  function end(): void {
    update.done()
    stream.off('resize', resize)
    render = undefined
    widths = []
  }

  return {
    draw(next) {
      if (render === undefined) stream.on('resize', resize)
      render = next
      redraw()
    },
    above(write) {
      if (render === undefined) {
        write()
        return
      }
      erase()
      write()
      redraw()
    },
    leave() {
      redraw()
      end()
    },
    clear() {
      if (render !== undefined) erase()
      end()
    },
  }
}

/** Those that cut lines off instead: xterm, GNU screen and the console of Linux. */
function doesReflow({ TERM, STY, XTERM_VERSION }: NodeJS.ProcessEnv): boolean {
  return TERM !== 'linux' && STY === undefined && XTERM_VERSION === undefined
}
