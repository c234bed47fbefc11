import type { Client } from './generated/client/index.ts'
import { createImport } from './generated/sdk.gen.ts'
import type { CreateImportData, Import } from './generated/types.gen.ts'
import type { Transport } from './transport.ts'
import { sendByXhr } from './xhr.ts'

/** How far an upload is, in bytes. */
export interface UploadProgress {
  readonly sent: number
  /** Undefined where nobody knows. */
  readonly total: number | undefined
}

export interface UploadOptions {
  readonly client: Client
  readonly query: CreateImportData['query']
  /** The file: `fs.openAsBlob(path)` opens one in Node.js. A stream cannot be sent again when a connection breaks. */
  readonly file: Blob | ReadableStream<Uint8Array>
  /** The file is compressed already. */
  readonly isGzip?: boolean
  readonly onProgress?: (progress: UploadProgress) => void
  readonly signal?: AbortSignal
}

const PIECE_BYTES = 65_536
const EMPTY = new Blob([])

/**
 * Sends a CSV file of any size, in constant memory, and has it imported. {@link streamImport} follows it.
 *
 * @returns the import, which is queued; an earlier one where the same file was sent with the same options
 * @throws Problem when the service refuses it
 */
export async function uploadImport(options: UploadOptions): Promise<Import> {
  const { client, query, file, isGzip = false, onProgress = () => {}, signal } = options
  const transport = createTransport(file, onProgress)
  const { data } = await createImport({
    client,
    query,
    // The transport sends the file in its place.
    body: EMPTY,
    meta: { transport },
    ...(isGzip && { headers: { 'content-encoding': 'gzip' } as Record<string, string> }),
    ...(signal && { signal }),
  })
  return data
}

function createTransport(
  file: UploadOptions['file'],
  onProgress: (progress: UploadProgress) => void,
): Transport {
  const isBlob = file instanceof Blob
  // Only XMLHttpRequest tells browsers how far an upload is.
  if (isBlob && typeof XMLHttpRequest !== 'undefined') {
    return { send: sendByXhr(file, onProgress), isRepeatable: true }
  }
  const total = isBlob ? file.size : undefined
  return {
    isRepeatable: isBlob,
    send({ url, fetch, alive, ...init }) {
      let sent = 0
      const counter = new TransformStream<Uint8Array, Uint8Array>({
        transform(piece, controller) {
          controller.enqueue(piece)
          sent += piece.byteLength
          alive()
          onProgress({ sent, total })
        },
      })
      const body = (isBlob ? piecesOf(file) : file).pipeThrough(counter)
      return fetch(new Request(url, { ...init, body, duplex: 'half' } as RequestInit))
    },
  }
}

/** Reads a file as fast as it is sent: its own `stream()` may read it whole. */
function piecesOf(file: Blob): ReadableStream<Uint8Array> {
  let offset = 0
  return new ReadableStream({
    async pull(controller) {
      if (offset >= file.size) return controller.close()
      const piece = await file.slice(offset, offset + PIECE_BYTES).arrayBuffer()
      offset += piece.byteLength
      controller.enqueue(new Uint8Array(piece))
    },
  })
}
