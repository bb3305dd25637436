import type { ServerResponse } from 'node:http'
import { HEARTBEAT_MS, MOST_PAGES, MOST_WAITING_BYTES, RETRY_MS } from './constants.ts'

/** What is told to a page: everything, or, without the token, all but what lets others into the swarm. */
export type Trust = 'all' | 'no secrets'

/** The pages that look on, each at the other end of a stream of server-sent events. */
export interface EventStreams {
  /** @returns false where too many look on already: then nothing was answered */
  open(response: ServerResponse, trust: Trust, first: { readonly name: string; readonly told: unknown }): boolean
  /** @param toldTo made for each trust that somebody has */
  send(name: string, toldTo: (trust: Trust) => unknown): void
  size(): number
  close(): void
}

export function createEventStreams(): EventStreams {
  const pages = new Map<ServerResponse, Trust>()
  const heartbeat = setInterval(() => {
    for (const page of pages.keys()) write(page, ':\n\n')
  }, HEARTBEAT_MS)
  heartbeat.unref()

  /** A page that has fallen behind is dropped: its browser comes back by itself, and takes the whole. */
  function write(page: ServerResponse, text: string): void {
    page.write(text)
    if (page.writableLength > MOST_WAITING_BYTES + (firstBytes.get(page) ?? 0)) page.destroy()
  }
  const firstBytes = new WeakMap<ServerResponse, number>()

  return {
    open(page, trust, { name, told }) {
      if (pages.size >= MOST_PAGES) return false
      page.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
      const first = `retry: ${RETRY_MS}\n\n${eventText(name, told, trust)}`
      firstBytes.set(page, Buffer.byteLength(first))
      pages.set(page, trust)
      page.on('close', () => pages.delete(page))
      page.on('error', () => pages.delete(page))
      page.write(first)
      return true
    },
    send(name, toldTo) {
      const texts = new Map<Trust, string>()
      for (const [page, trust] of pages) {
        const text = texts.get(trust) ?? eventText(name, toldTo(trust), trust)
        texts.set(trust, text)
        write(page, text)
      }
    },
    size: () => pages.size,
    close() {
      clearInterval(heartbeat)
      for (const page of pages.keys()) page.end()
    },
  }
}

/** An invitation lets in whoever holds it: it is a secret, wherever in the text it stands. */
const INVITATION = /hearsay-invite-[\w-]+/g

/** JSON has no line breaks of its own, so an event is one line of data. */
function eventText(name: string, told: unknown, trust: Trust): string {
  const json = JSON.stringify(told)
  return `event: ${name}\ndata: ${trust === 'all' ? json : json.replaceAll(INVITATION, 'INVITATION')}\n\n`
}
