import { connect } from 'node:net'

/** A connection on which a test writes raw HTTP, such as half a request or several at once. */
export async function openRaw(port: number) {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  const watchers = new Set<() => void>()
  const notify = () => {
    for (const watch of watchers) watch()
  }
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    notify()
  })
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject)
  })
  return {
    closed,
    send: (chunk: string) => socket.write(chunk),
    /**
     * Waits until the received text matches.
     *
     * @returns all of it
     */
    received: (pattern: RegExp): Promise<string> =>
      new Promise((resolve, reject) => {
        const watch = () => {
          if (!pattern.test(text)) return
          watchers.delete(watch)
          resolve(text)
        }
        watchers.add(watch)
        void closed.then(() => reject(new Error(`closed without ${pattern}: ${text}`)))
        watch()
      }),
    destroy: () => socket.destroy(),
  }
}

/** The head of a request. */
export const head = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string | number>> = {},
): string =>
  [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n')
