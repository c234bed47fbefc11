import type { ChildProcess } from 'node:child_process'
import type { Asked, Bus } from './bus.ts'
import { type BusMessage, createBusEnd, type Send } from './bus-end.ts'

/** The parent's end of the bus, which passes on what children tell and ask. */
export interface Hub extends Bus {
  /** Connects a child until it ends. */
  connect(child: ChildProcess): void
}

const sendTo =
  (child: ChildProcess): Send =>
  (message) => {
    if (child.connected) child.send(message, () => undefined)
  }

/** Creates the end of a process that has children. */
export function createHub(): Hub {
  const end = createBusEnd()
  const children = new Set<Send>()

  const tell = (message: BusMessage, except?: Send) => {
    for (const send of children) if (send !== except) send(message)
  }
  async function ask(
    topic: keyof Asked,
    question: unknown,
    milliseconds: number,
    except?: Send,
  ): Promise<readonly unknown[]> {
    // This process does not ask itself.
    if (except && end.answers(topic)) return [await end.answerTo(topic, question)]
    const others = [...children].filter((send) => send !== except)
    const answers = others.map((send) => end.askOver(send, topic, question, milliseconds))
    return (await Promise.all(answers)).filter((answer) => answer != null)
  }

  async function receive(message: BusMessage, from: Send): Promise<void> {
    if ('tell' in message) {
      end.hear(message.tell, message.content)
      tell(message, from)
    } else if ('ask' in message) {
      const content = await ask(message.ask, message.question, message.milliseconds, from)
      from({ answer: message.id, content })
    } else if ('answer' in message) end.answered(message.answer, message.content)
  }

  return {
    listen: end.listen,
    answer: end.answer,
    tell: (topic, content) => tell({ tell: topic, content }),
    ask: async (topic, question, milliseconds) =>
      (await ask(topic, question, milliseconds)) as never,
    connect(child) {
      const send = sendTo(child)
      children.add(send)
      child.on('message', (message) => void receive(message as BusMessage, send))
      child.once('exit', () => children.delete(send))
    },
  }
}
