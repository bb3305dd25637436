import { send } from '../../src/gossip/streams/messages.ts'
import { never } from '../gossip/byzantine-peer.ts'
import { accept, forever, propose } from '../gossip/exchange/attackers.ts'
import { testExchangesBeside } from '../gossip/exchange/beside-attackers.ts'

testExchangesBeside([
  [
    'agree to everything and say nothing more',
    {
      async answer(channel, stream) {
        if (channel === 'exchange') await accept(stream)
        await forever()
      },
    },
  ],
  [
    'refuse everything',
    { answer: async (_channel, stream) => await send(stream, { type: 'refuse', reason: 'no' }, never) },
  ],
  ['answer nothing', {}],
  ['begin exchanges with everybody and say nothing more', { act: async (...args) => void (await propose(...args)) }],
])
