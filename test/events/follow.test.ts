import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { follow } from '../../src/features/events/follow.ts'
import type { EventFilter, EventRow } from '../../src/features/events/read-events.ts'
import { createTail } from '../../src/features/events/tail.ts'
import { createLog } from '../../src/lib/log.ts'

const eventOf = (id: number): EventRow => ({
  id: BigInt(id),
  user_id: 7n,
  type: 'user.updated',
  data: { user_id: 7 },
  request_id: null,
  created_at: new Date(0),
})

/** Events in memory, and a tail that looks for new ones when a test says so. */
function createFeed() {
  const events: EventRow[] = []
  const state = { looks: 0, isAway: false }
  let go: (() => void) | undefined
  const read = async (after: number, limit: number) =>
    events.filter(({ id }) => Number(id) > after).slice(0, limit)
  const look = async (after: number, limit: number) => {
    state.looks += 1
    if (state.isAway) throw new Error('away')
    return await read(after, limit)
  }
  const pause = () =>
    new Promise<void>((resolve) => {
      go = resolve
    })
  const sources = {
    tail: createTail(look, createLog('silent'), pause),
    read: (_: EventFilter, after: number, limit: number) => read(after, limit),
    newest: async () => Number(events.at(-1)?.id ?? 0),
  }
  return {
    state,
    add: (id: number) => void events.push(eventOf(id)),
    /** Lets the tail look once more, as soon as it has looked. */
    async tick(): Promise<void> {
      await vi.waitFor(() => expect(go).toBeDefined(), { interval: 1 })
      const resume = go
      go = undefined
      resume?.()
    },
    /** Opens a stream. @returns what ends it, and what reads its next message */
    async open(filter: EventFilter = {}) {
      const ended = new AbortController()
      const messages = follow(sources, filter, 0, ended.signal)
      const next = async () => (await messages.next()).value
      expect(await next()).toBe('retry: 1000\n\n')
      return { ended, next }
    },
  }
}

const idsIn = (text: unknown) =>
  [...String(text).matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))

describe('a stream of events', () => {
  it('is kept open by a comment every 15 seconds, whatever its filter keeps away', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { open } = createFeed()
    const { next } = await open({ type: ['user.deleted'] })
    const silent = next()
    let came = false
    void silent.then(() => {
      came = true
    })
    await vi.advanceTimersByTimeAsync(14_900)
    expect(came).toBe(false)
    await vi.advanceTimersByTimeAsync(200)
    expect(await silent).toBe(': heartbeat\n\n')
  })

  it('leaves out what its filter keeps away', async () => {
    const { add, tick, open } = createFeed()
    const { next } = await open({ user_id: 8 })
    const { next: nextOfAll } = await open({ user_id: 7 })
    const [none, all] = [next(), nextOfAll()]
    await tick()
    add(1)
    await tick()
    expect(idsIn(await all)).toEqual([1])
    const waiting = await Promise.race([none, Promise.resolve('nothing came')])
    expect(waiting).toBe('nothing came')
  })

  it('reads what it missed while its client read slowly', async () => {
    const { add, tick, open } = createFeed()
    const [slow, other] = [await open(), await open()]
    const [first] = [slow.next(), other.next()].map(async (got) => idsIn(await got))
    await tick()
    add(1)
    await tick()
    expect(await first).toEqual([1])
    for (const id of [2, 3]) {
      const got = other.next()
      await tick()
      add(id)
      await tick()
      expect(idsIn(await got)).toEqual([id])
    }
    expect(idsIn(await slow.next())).toEqual([2, 3])
  })

  it('shares each look at the database with all streams of the process', async () => {
    const { state, add, tick, open } = createFeed()
    const streams = await Promise.all(Array.from({ length: 9 }, () => open()))
    const got = streams.map(({ next }) => next())
    for (let time = 0; time < 5; time += 1) await tick()
    add(1)
    await tick()
    for (const text of await Promise.all(got)) expect(idsIn(text)).toEqual([1])
    expect(state.looks).toBe(7)
  })

  it('goes on once the database is back', async () => {
    const { state, add, tick, open } = createFeed()
    const { next } = await open()
    const waiting = next()
    await tick()
    state.isAway = true
    await tick()
    state.isAway = false
    add(4)
    await tick()
    expect(idsIn(await waiting)).toEqual([4])
  })

  it('has nothing looked for once it has ended', async () => {
    const { state, tick, open } = createFeed()
    const { ended, next } = await open()
    const waiting = next()
    await tick()
    ended.abort()
    expect(await waiting).toBeUndefined()
    const { looks } = state
    await tick()
    // A new one begins where nothing is left of the former.
    const { next: later } = await open()
    void later()
    await vi.waitFor(() => expect(state.looks).toBe(looks + 1))
  })
})
