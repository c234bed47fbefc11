import { inTime } from '../in-time.ts'
import type { Asked, Bus, Told } from './bus.ts'

/** A message on the channel between a parent and a child. */
export type BusMessage =
  | { readonly tell: keyof Told; readonly content: unknown }
  | {
      readonly ask: keyof Asked
      readonly id: number
      readonly question: unknown
      readonly milliseconds: number
    }
  | { readonly answer: number; readonly content: unknown }

/** Sends over one channel. What cannot be sent is lost. */
export type Send = (message: BusMessage) => void

/** What both ends of channels have in common. */
export interface BusEnd extends Pick<Bus, 'listen' | 'answer'> {
  /** Calls the listeners of a topic. */
  hear(topic: keyof Told, content: unknown): void
  /** Whether this process answers such questions. */
  answers(topic: keyof Asked): boolean
  /** The answer of this process; undefined if it has none, or failed to find it. */
  answerTo(topic: keyof Asked, question: unknown): Promise<unknown>
  /** @returns the answer; undefined if none came within so many milliseconds */
  askOver(send: Send, topic: keyof Asked, question: unknown, milliseconds: number): Promise<unknown>
  /** Takes an answer that arrived. */
  answered(id: number, content: unknown): void
}

/** Keeps listeners, answerers, and the questions that wait for an answer. */
export function createBusEnd(): BusEnd {
  const listeners = new Map<string, ((content: never) => void)[]>()
  const answerers = new Map<string, (question: never) => unknown>()
  const waiting = new Map<number, (content: unknown) => void>()
  let lastId = 0

  return {
    listen(topic, listener) {
      listeners.set(topic, [...(listeners.get(topic) ?? []), listener])
    },
    answer(topic, answerer) {
      answerers.set(topic, answerer)
    },
    hear(topic, content) {
      for (const listener of listeners.get(topic) ?? []) listener(content as never)
    },
    answers: (topic) => answerers.has(topic),
    async answerTo(topic, question) {
      try {
        return await answerers.get(topic)?.(question as never)
      } catch {
        return undefined
      }
    },
    async askOver(send, topic, question, milliseconds) {
      lastId += 1
      const id = lastId
      const answer = new Promise<unknown>((resolve) => waiting.set(id, resolve))
      send({ ask: topic, id, question, milliseconds })
      return await inTime(answer, milliseconds)
        .catch(() => undefined)
        .finally(() => waiting.delete(id))
    },
    answered: (id, content) => waiting.get(id)?.(content),
  }
}
