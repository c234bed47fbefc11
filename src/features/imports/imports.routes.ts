import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { AppError } from '../../errors.ts'
import { operations } from '../../generated/operations.ts'
import { concernsOf } from '../../http/audit/concerned-users.ts'
import { arriving } from '../../http/body/body-timeout.ts'
import { fileOfForm } from '../../http/body/file-parts.ts'
import type { Context, Handle, HandleFile } from '../../http/handlers.ts'
import { sendPage } from '../../http/paging.ts'
import type { ImportService } from './imports.service.ts'
import { importView } from './imports.view.ts'
import { readFileHead } from './preview.ts'
import type { Incoming, Upload } from './uploads.ts'

/** How long an upload may pause. */
const MAX_PAUSE_MS = 60_000

/** What a file comes with, in a body or in a form. */
type Sent = Pick<
  Context<typeof operations.createImport>,
  'caller' | 'query' | 'request' | 'requestId' | 'reply'
>

/** Whether a Content-Encoding is gzip. @throws AppError 415 for any other */
function isGzip(encoding = 'identity'): boolean {
  if (encoding === 'identity' || encoding === 'gzip') return encoding === 'gzip'
  throw new AppError(
    415,
    'unsupported_media_type',
    'Send the file uncompressed, or with Content-Encoding: gzip',
    { headers: { 'accept-encoding': 'gzip, identity' } },
  )
}

export function importRoutes(
  handle: Handle,
  handleFile: HandleFile,
  imports: ImportService,
  maxPauseMs = MAX_PAUSE_MS,
): void {
  /** The file of a body, or of the form that it is. */
  async function fileOf(headers: IncomingHttpHeaders, body: Readable): Promise<Incoming> {
    const encoded = isGzip(headers['content-encoding'])
    const isForm = headers['content-type']?.startsWith('multipart/') ?? false
    const file = isForm
      ? await fileOfForm(headers, Readable.from(arriving(body, maxPauseMs)))
      : { stream: body, name: undefined }
    return {
      pieces: arriving(file.stream, maxPauseMs),
      fileName: file.name,
      isGzip: encoded,
    }
  }

  const receive = async ({ caller, query, request, requestId }: Sent, body: Readable) =>
    await imports.receive(caller, query, requestId, await fileOf(request.headers, body))

  const create = async ({ caller, query, reply }: Sent, upload: Upload) => {
    const { record, duplicate } = await imports.create(caller, query, upload)
    reply.header('location', `/v1/imports/${record.id}`)
    if (duplicate) reply.header('idempotency-replayed', 'true')
    return importView(record)
  }

  const receiveHead = async ({ request }: Pick<Sent, 'request'>, body: Readable) => {
    const { pieces, isGzip: encoded } = await fileOf(request.headers, body)
    const head = await readFileHead(pieces, encoded)
    return { head, release: async () => undefined }
  }

  const preview = async (
    { caller, query }: Pick<Sent, 'caller' | 'query'>,
    { head }: Awaited<ReturnType<typeof receiveHead>>,
  ) => await imports.preview(caller, query, head)

  handleFile(operations.createImport, receive, create)
  handleFile(operations.createImportFromForm, receive, create)
  handleFile(operations.previewImport, receiveHead, preview)
  handleFile(operations.previewImportFromForm, receiveHead, preview)

  handle(operations.listImports, async ({ caller, query, request, reply }) => {
    const page = await imports.list(caller, query)
    return sendPage(request, reply, query, {
      ...page,
      items: page.items.map((item) => importView(item)),
    })
  })

  handle(operations.getImport, async ({ caller, params }) => {
    const record = await imports.get(caller, params.id)
    return importView(record, await imports.listedLines(caller, record))
  })

  handle(operations.deleteImport, async ({ caller, params, request }) => {
    await imports.remove(caller, params.id, concernsOf(request))
    return null
  })

  handle(operations.streamImport, async ({ caller, params, reply }) => {
    const gone = new AbortController()
    if (reply.raw.closed) gone.abort()
    else reply.raw.once('close', () => gone.abort())
    const events = await imports.events(caller, params.id, gone.signal)
    // `x-accel-buffering` keeps a proxy from buffering the events.
    reply
      .type('text/event-stream')
      .headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    return events
  })

  handle(operations.downloadRejects, async ({ caller, params, query, request, reply }) => {
    const file = await imports.rejects(caller, params.id, query.safe, concernsOf(request))
    reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="import-${params.id}-rejects.csv"`)
    return file
  })
}
