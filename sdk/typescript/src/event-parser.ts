/** One message of a stream of server-sent events. */
export interface Message {
  /** `message` where the stream names none. */
  readonly event: string
  readonly data: string
}

/** What a stream has said so far, beside its messages. */
export interface StreamState {
  /** The last `id`, to go on after. */
  lastId?: string
  /** Milliseconds to wait before connecting again. */
  retryMs?: number
}

/**
 * Reads server-sent events as browsers do (HTML, section 9.2.6).
 *
 * @param state is kept up to date
 * @returns takes the next piece of the text, and gives the messages that it completes
 */
export function createEventParser(state: StreamState): (text: string) => Message[] {
  let rest = ''
  let event = ''
  let data: string[] = []

  function readLine(line: string): Message | undefined {
    if (line === '') {
      const message = { event: event || 'message', data: data.join('\n') }
      const isMessage = data.length > 0
      event = ''
      data = []
      return isMessage ? message : undefined
    }
    const [, name, value = ''] = /^([^:]*)(?::[ ]?(.*))?$/s.exec(line) ?? []
    if (name === 'data') data.push(value)
    else if (name === 'event') event = value
    else if (name === 'id' && !value.includes('\0')) state.lastId = value
    else if (name === 'retry' && /^\d+$/.test(value)) state.retryMs = Number(value)
    return undefined
  }

  return (text) => {
    // A CR at the end may be half of a line's end.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    return lines.flatMap((line) => readLine(line) ?? [])
  }
}
