import { UsageError } from '../../../src/index.ts'
import { describeInvitation, requireSwarmKey } from '../../../src/public/members.ts'
import { Failure } from '../../failure.ts'
import { drawFacts } from '../../table.ts'
import { dateAndTime } from '../../until.ts'
import type { Finding } from './finding.ts'

/**
 * What people may know of an invitation or a key: of what is secret in them nothing.
 *
 * @param name of the file, for messages
 * @throws Failure where it is damaged
 */
export function inspectPass(name: string, text: string): Finding {
  try {
    return /^\s*hearsay-key-/.test(text) ? inspectKey(name, text) : inspectInvitation(name, text)
  } catch (error) {
    throw error instanceof UsageError ? new Failure(`${name}: ${error.message}`) : error
  }
}

function inspectKey(name: string, text: string): Finding {
  requireSwarmKey(text)
  return { json: { kind: 'key' }, text: `${name} is the key of a swarm: whoever has it is a member` }
}

function inspectInvitation(name: string, text: string): Finding {
  const { recipe: swarm, until, ...rest } = describeInvitation(text)
  const ends = until === null ? null : new Date(until).toISOString()
  const hasEnded = until !== null && until <= Date.now()
  const facts: [string, string][] = [
    ['swarm', swarm],
    ['founder', rest.founder],
    ['by', rest.by === rest.founder ? 'the founder' : `${rest.by}, a guest`],
    ['for', rest.for ?? 'whoever holds it'],
    ['until', until === null ? 'without an end' : `${dateAndTime(until)}${hasEnded ? ', which is past' : ''}`],
    ['id', rest.id],
  ]
  const json = { kind: 'invitation', swarm, ...rest, until: ends } as Finding['json']
  return { json, text: `${name} is an invitation\n\n${drawFacts(facts, process.stdout)}` }
}
