import { describe, expect, it } from 'vitest'
import { createEventParser, type StreamState } from '../src/event-parser.ts'

const TEXT =
  'retry: 1500\r\n\r\n: still here\n\nid: 7\nevent: a\ndata: {"x":\ndata: "é"}\n\nid: 8\rdata:b\r\rdata: c'

describe('server-sent events', () => {
  it.each([1, 2, 3, 7, TEXT.length])('are read in pieces of %i characters', (size) => {
    const state: StreamState = {}
    const parse = createEventParser(state)
    const messages = TEXT.match(new RegExp(`[^]{1,${size}}`, 'g'))?.flatMap(parse)
    expect(messages).toEqual([
      { event: 'a', data: '{"x":\n"é"}' },
      { event: 'message', data: 'b' },
    ])
    expect(state).toEqual({ lastId: '8', retryMs: 1500 })
  })
})
