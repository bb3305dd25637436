import type { RunResult } from '../../result.ts'
import { colour } from '../colours.ts'
import { bytes, byteUnit } from '../figures.ts'
import { drawLines } from '../lines.ts'
import type { Plot } from '../plot.ts'

export function bytesPlot({ rounds, peers, final }: RunResult): Plot {
  const unit = byteUnit(final.bytesSent)
  return {
    title: 'Bytes sent',
    caption: `By all peers together, so ${bytes(final.bytesSent / peers)} by each in the end. A steep part is where averaging is paid for.`,
    ...drawLines(
      [
        {
          name: 'sent so far',
          points: rounds.map(({ round, bytesSent }) => [round, bytesSent / unit.bytes]),
          colour: colour('purple'),
        },
      ],
      { name: 'round' },
      { name: unit.name },
    ),
  }
}
