import { useEffect, useState } from 'preact/hooks'
import { deleteImport, getImport, type Import, streamImport } from '#sdk'
import { client } from '../../app/client.ts'
import { formatBytes, formatCount, formatSeconds, formatTime } from '../../app/format.ts'
import type { PageProps } from '../../app/pages.tsx'
import { goTo, linkTo } from '../../app/route.ts'
import { useAction } from '../../app/use-action.ts'
import { useLoad } from '../../app/use-load.ts'
import { Badge } from '../../ui/badge.tsx'
import { Bar } from '../../ui/bar.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page, Part } from '../../ui/page.tsx'
import { ProblemNote } from '../../ui/problem.tsx'
import { Table } from '../../ui/table.tsx'
import { delimiterName } from './delimiter-name.ts'

const UNDER_WAY = ['queued', 'running']

/** One import; while it goes on, as the service tells of it. */
export function ImportPage({ path }: PageProps) {
  const id = Number(path[1])
  const first = useLoad((signal) => getImport({ client, signal, path: { id } }), [id])
  const [live, setLive] = useState<Import>()
  const isUnderWay = first.data !== undefined && UNDER_WAY.includes(first.data.status)

  useEffect(() => {
    if (!isUnderWay) return undefined
    const controller = new AbortController()
    const follow = async () => {
      const { signal } = controller
      for await (const next of streamImport({ client, path: { id }, signal })) setLive(next)
    }
    follow().catch(() => undefined)
    return () => controller.abort()
  }, [id, isUnderWay])

  return (
    <Page title={first.data ? `Import of ${first.data.name}` : 'Import'}>
      <Loaded from={first}>{(data) => <OneImport of={live ?? data} />}</Loaded>
    </Page>
  )
}

function OneImport({ of: it }: { readonly of: Import }) {
  const { id, status, kind, name, progress, error } = it
  const isUnderWay = UNDER_WAY.includes(status)
  const remove = useAction(async () => {
    await deleteImport({ client, path: { id } })
    goTo('imports')
  })
  return (
    <>
      <Part title="Progress">
        <p role="status">
          <Badge state={status} />
        </p>
        <Bar label="Loaded" share={progress} />
        {error && (
          <p class="note bad" role="alert">
            {error.detail}
            {error.line !== undefined && ` (line ${error.line})`}
          </p>
        )}
        <Facts
          of={[
            ['Rows read', formatCount(it.rows_read)],
            ['Rows loaded', formatCount(it.rows_loaded)],
            ['Rows refused', formatCount(it.rows_rejected)],
            ['Read', `${formatBytes(it.bytes_read)} of ${formatBytes(it.bytes_total ?? 0)}`],
            ['Rows a second', it.rows_per_second && formatCount(it.rows_per_second)],
            [
              'Still takes',
              isUnderWay && it.eta_seconds ? formatSeconds(it.eta_seconds) : undefined,
            ],
            ['Sent', formatTime(it.created_at)],
            ['Finished', it.finished_at && formatTime(it.finished_at)],
          ]}
        />
        <div class="actions">
          {it.rows_rejected > 0 && !isUnderWay && (
            <a href={`/v1/imports/${id}/rejects.csv`} download={`rejects-${id}.csv`}>
              Download refused rows
            </a>
          )}
          {kind === 'dataset' && status === 'completed' && !it.dry_run && (
            <a href={linkTo('datasets', name)}>Look at the dataset</a>
          )}
          <button
            type="button"
            class="plain"
            disabled={remove.isRunning}
            onClick={() => void remove.run()}
          >
            {isUnderWay ? 'Cancel' : 'Delete'}
          </button>
        </div>
        <ProblemNote error={remove.error} />
      </Part>
      {it.dialect && (
        <Part title="As it was read">
          <Facts
            of={[
              ['Encoding', it.dialect.encoding],
              ['Delimiter', delimiterName(it.dialect.delimiter)],
              ['Header', it.dialect.header ? 'Yes' : 'None'],
            ]}
          />
          <Table
            caption="Columns"
            columns={[
              { title: 'In the file', cell: ({ source_name }) => source_name },
              { title: 'Name', cell: (column) => column.name },
              { title: 'Type', cell: ({ type }) => type },
            ]}
            rows={it.columns}
            keyOf={(column) => column.name}
          />
        </Part>
      )}
    </>
  )
}
