import type { Transport } from './transport.ts'
import type { UploadProgress } from './upload.ts'

/** Answers that cannot have a body. */
const WITHOUT_BODY = new Set([204, 205, 304])

/** Sends a file in a browser, where `fetch` does not tell how far it is. */
export const sendByXhr =
  (file: Blob, onProgress: (progress: UploadProgress) => void): Transport['send'] =>
  ({ url, method, headers, signal, alive }) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const xhr = new XMLHttpRequest()
      const abort = () => xhr.abort()
      signal.addEventListener('abort', abort, { once: true })
      xhr.open(method, url)
      xhr.responseType = 'text'
      headers.forEach((value, name) => {
        xhr.setRequestHeader(name, value)
      })
      xhr.upload.onprogress = ({ loaded, total }) => {
        alive()
        onProgress({ sent: loaded, total })
      }
      xhr.onloadend = () => signal.removeEventListener('abort', abort)
      xhr.onabort = () => reject(signal.reason)
      xhr.onerror = () => reject(new TypeError('The upload has broken off.'))
      xhr.onload = () => {
        const { status, responseText } = xhr
        const body = WITHOUT_BODY.has(status) ? null : responseText
        resolve(new Response(body, { status, headers: readHeaders(xhr.getAllResponseHeaders()) }))
      }
      xhr.send(file)
    })

function readHeaders(text: string): Headers {
  const headers = new Headers()
  for (const line of text.split('\r\n')) {
    const [, name, value] = /^([^:]+): ?(.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) headers.append(name, value)
  }
  return headers
}
