import type { ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { BusMessage } from '../../../src/lib/children/bus-end.ts'
import { createHub, type Hub } from '../../../src/lib/children/hub.ts'

/** A child as its parent sees it. */
class Child extends EventEmitter {
  connected = true
  readonly got: BusMessage[] = []
  answer: unknown

  send(message: BusMessage): void {
    this.got.push(message)
    if ('ask' in message && this.answer !== undefined) {
      this.emit('message', { answer: message.id, content: this.answer })
    }
  }
}

let hub: Hub
let children: [Child, Child, Child]

beforeEach(() => {
  hub = createHub()
  children = [new Child(), new Child(), new Child()]
  for (const child of children) hub.connect(child as unknown as ChildProcess)
})

describe('the bus of a parent', () => {
  it('passes on what a child tells to all others, and hears it', () => {
    const heard = vi.fn()
    hub.listen('forget', heard)
    const message = { tell: 'forget', content: [1, 2] }
    children[0].emit('message', message)
    expect(heard.mock.calls).toEqual([[[1, 2]]])
    expect(children.map(({ got }) => got)).toEqual([[], [message], [message]])
  })

  it('tells nothing to a child that has ended', () => {
    children[1].emit('exit')
    children[2].connected = false
    hub.tell('url', 'http://127.0.0.1:1')
    expect(children.map(({ got }) => got.length)).toEqual([1, 0, 0])
  })

  it('collects what all others answer, without those that are late', async () => {
    children[1].answer = ['of the second']
    children[0].emit('message', { ask: 'metrics', id: 7, question: null, milliseconds: 20 })
    await vi.waitFor(() => expect(children[0].got).toHaveLength(1))
    expect(children[0].got).toEqual([{ answer: 7, content: [['of the second']] }])
    expect(await hub.ask('metrics', undefined, 20)).toEqual([['of the second']])
  })

  it('asks its children, not itself', async () => {
    hub.answer('metrics', async () => [])
    children[1].answer = ['of the second']
    expect(await hub.ask('metrics', undefined, 20)).toEqual([['of the second']])
  })

  it('answers alone what it can answer', async () => {
    hub.answer('count', (keys) => keys.map(() => [1, 60_000]))
    children[0].emit('message', { ask: 'count', id: 8, question: ['a', 'b'], milliseconds: 20 })
    await vi.waitFor(() => expect(children[0].got).toHaveLength(1))
    const content = [
      [
        [1, 60_000],
        [1, 60_000],
      ],
    ]
    expect(children.map(({ got }) => got)).toEqual([[{ answer: 8, content }], [], []])
  })
})
