import type { Bus } from './bus.ts'
import { type BusMessage, createBusEnd, type Send } from './bus-end.ts'

/** How much longer than its parent a child waits for answers. */
const MARGIN_MS = 100

/** Creates the end of a child. All goes through its parent. */
export function createChildBus(): Bus {
  const end = createBusEnd()
  const send: Send = (message) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
  }

  process.on('message', async (received) => {
    const message = received as BusMessage
    if ('tell' in message) end.hear(message.tell, message.content)
    else if ('ask' in message) {
      send({ answer: message.id, content: await end.answerTo(message.ask, message.question) })
    } else if ('answer' in message) end.answered(message.answer, message.content)
  })

  return {
    listen: end.listen,
    answer: end.answer,
    tell: (topic, content) => send({ tell: topic, content }),
    async ask(topic, question, milliseconds) {
      const answers = await end.askOver(send, topic, question, milliseconds + MARGIN_MS)
      return (answers ?? []) as never
    },
  }
}
