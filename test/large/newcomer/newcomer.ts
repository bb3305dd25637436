/** A newcomer, who types, reads what comes, and types that. @packageDocumentation */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'vitest'
import { blobs, type Finished, hearsay, paste, type Running } from '../../peer/command-line.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { heard } from './explained.ts'

/** Of a peer that nobody else can meddle with. Named: trying what else computes takes longer than these runs. */
export const HERE = ['--no-mdns', '--listen', '/ip4/127.0.0.1/tcp/0', '--backend', 'wasm']

/** The command that looks for what is in the way. */
export const DOCTOR = /^ {2}(hearsay doctor .*)$/m

/** A folder of the calling test file's own, with a table in it. */
export function createDesk() {
  const { path, write } = temporaryFolder()
  const table = `csv:${write('mine.csv', blobs())}`
  return { write, table, at: (name: string) => `${path}/${name}` }
}

export type Desk = ReturnType<typeof createDesk>

/** Runs what is expected to go well. */
export async function made(...args: readonly string[]): Promise<Finished> {
  const finished = heard(await hearsay(...args))
  expect(finished.code, finished.stderr).toBe(0)
  return finished
}

export const peer = (...args: readonly string[]) => hearsay('peer', ...args)

/** Where a waiting peer says that others find it. */
export async function addressOf(peer: Running): Promise<string> {
  const line = /--connect (\S*127\.0\.0\.1\S*)/
  await peer.printed(line)
  return (line.exec(peer.soFar().stderr) as RegExpExecArray)[1]
}

/** The command that a peer prints as the next thing to type, typed. */
export async function typed({ stderr }: Finished): Promise<Finished> {
  const [, command = ''] = DOCTOR.exec(stderr) ?? []
  return heard(await paste(command).finished)
}

/** A program that is no peer, and has a port. */
export async function startProgram(): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() }
}
