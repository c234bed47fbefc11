import { useState } from 'preact/hooks'
import { previewImport, uploadImport } from '#sdk'
import { client } from '../../app/client.ts'
import { formatBytes } from '../../app/format.ts'
import { goTo } from '../../app/route.ts'
import { useAction } from '../../app/use-action.ts'
import { useLoad } from '../../app/use-load.ts'
import { Bar } from '../../ui/bar.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Part } from '../../ui/page.tsx'
import { ProblemNote } from '../../ui/problem.tsx'
import { ImportForm } from './import-form.tsx'
import { isGzip } from './is-gzip.ts'
import { optionsFor, toQuery } from './options.ts'
import { Preview } from './preview.tsx'

/** How much of a file is shown before it is loaded; more is not looked at. */
const PREVIEW_BYTES = 200_000

async function previewOf(file: File, query: ReturnType<typeof toQuery>, signal: AbortSignal) {
  const start = (await isGzip(file)) ? file : file.slice(0, PREVIEW_BYTES)
  const headers = (await isGzip(file)) ? { 'content-encoding': 'gzip' } : {}
  // The operation documents a text, and takes any bytes.
  return await previewImport({ client, signal, query, headers, body: start as never })
}

/** Shows what a file would become, and loads it. */
export function NewImport({
  file,
  onCancel,
}: {
  readonly file: File
  readonly onCancel: () => void
}) {
  const [options, setOptions] = useState(() => optionsFor(file.name))
  const [sent, setSent] = useState(0)
  const query = toQuery(options)
  const columns = useLoad(
    (signal) => previewOf(file, toQuery({ ...options, kind: 'dataset', types: {} }), signal),
    [file, options.delimiter],
  )
  const preview = useLoad((signal) => previewOf(file, query, signal), [file, JSON.stringify(query)])
  const load = useAction(async () => {
    const made = await uploadImport({
      client,
      query,
      file,
      isGzip: await isGzip(file),
      onProgress: (progress) => setSent(progress.sent / file.size),
    })
    goTo('imports', made.id)
  })

  return (
    <Part title={`${file.name}, ${formatBytes(file.size)}`}>
      <ImportForm options={options} columns={columns.data?.columns ?? []} onOptions={setOptions} />
      <Loaded from={preview}>
        {(data) => <Preview preview={data} options={options} onOptions={setOptions} />}
      </Loaded>
      <ProblemNote error={load.error} />
      {load.isRunning && <Bar label="Sent" share={sent} />}
      <div class="actions">
        <button
          type="button"
          disabled={load.isRunning || preview.data === undefined}
          onClick={() => void load.run()}
        >
          Load the file
        </button>
        <button type="button" class="plain" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </Part>
  )
}
