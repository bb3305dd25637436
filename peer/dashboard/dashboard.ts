import { stripVTControlCharacters } from 'node:util'
import type { Output } from '../output.ts'
import type { Place } from '../serving/place.ts'
import { tellEvent } from '../tell-event.ts'
import { WrongUsage } from '../wrong-usage.ts'
import { type Board, createBoard } from './board.ts'
import { serveBoard } from './server.ts'
import type { Whole } from './told.ts'

/** A page in a browser that shows what a command does. */
export interface Dashboard {
  readonly board: Board
  /** Aborted when somebody on the page asks to stop. */
  readonly stopped: AbortSignal
  /** The output of the command, of which the page has a copy. */
  readonly out: Output
  close(): Promise<void>
}

export interface DashboardOptions {
  readonly what: Whole['what']
  readonly place: Place
  /** The output of the command. */
  readonly out: Output
  /** Whether that prints no address. */
  readonly isSilent: boolean
  /** Whether the command tells events as JSON lines, and no document. */
  readonly tellsEvents: boolean
  /** What {@link Dashboard.stopped} is aborted with. */
  readonly why: Error
}

/**
 * Opens a dashboard, and says where it is.
 *
 * @throws WrongUsage where nothing can listen there, or nobody would learn the address
 */
export async function openDashboard({
  what,
  place,
  out,
  isSilent,
  tellsEvents,
  why,
}: DashboardOptions): Promise<Dashboard> {
  const board = createBoard(what)
  const controller = new AbortController()
  const server = await serveBoard(board, place, () => {
    if (controller.signal.aborted) return
    out.say('asked to stop on the dashboard: stopping cleanly')
    controller.abort(why)
  })
  if (isSilent && (place.port === 0 || !server.isLoopback)) {
    await server.close()
    throw new WrongUsage(
      `--dashboard has an address that nobody can guess, and --quiet does not print it; leave out --quiet${tellsEvents ? ', or add --json' : ''}`,
    )
  }
  out.say(`dashboard: ${server.address}`)
  if (tellsEvents) tellEvent(out, 'dashboard', { address: server.address })
  return { board, stopped: controller.signal, out: copied(out, board), close: server.close }
}

/** Writes on the board what is printed. */
function copied(out: Output, board: Board): Output {
  const log = (kind: Parameters<Board['log']>[0], text: string) => board.log(kind, stripVTControlCharacters(text))
  return {
    ...out,
    say(line) {
      log(line.startsWith('  ') ? 'command' : 'line', line.trim())
      out.say(line)
    },
    sayFigures(figures) {
      log('line', figures.join('   '))
      out.sayFigures(figures)
    },
    warn(line) {
      log('warning', line)
      out.warn(line)
    },
    show(text) {
      log('result', text)
      out.show(text)
    },
  }
}
