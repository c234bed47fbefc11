import { useState } from 'preact/hooks'
import { type Import, listImports } from '#sdk'
import { client } from '../../app/client.ts'
import { formatCount, formatTime, formatWord } from '../../app/format.ts'
import { linkTo } from '../../app/route.ts'
import { useInterval, useLoad } from '../../app/use-load.ts'
import { Badge } from '../../ui/badge.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page, Part } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { type ColumnOf, Table } from '../../ui/table.tsx'
import { DropZone } from './drop-zone.tsx'
import { NewImport } from './new-import.tsx'

const PER_PAGE = 20
const REFRESH_MS = 5_000

export const IMPORT_COLUMNS: readonly ColumnOf<Import>[] = [
  { title: 'File', cell: ({ id, name }) => <a href={linkTo('imports', id)}>{name}</a> },
  { title: 'Kind', cell: ({ kind }) => formatWord(kind) },
  { title: 'State', cell: ({ status }) => <Badge state={status} /> },
  { title: 'Loaded', cell: ({ rows_loaded }) => formatCount(rows_loaded), isFigure: true },
  { title: 'Refused', cell: ({ rows_rejected }) => formatCount(rows_rejected), isFigure: true },
  { title: 'Sent', cell: ({ created_at }) => formatTime(created_at) },
]

/** The files that were loaded, and a place to drop another one. */
export function ImportsPage() {
  const [file, setFile] = useState<File>()
  const [page, setPage] = useState(1)
  const imports = useLoad(
    (signal) => listImports({ client, signal, query: { page, per_page: PER_PAGE } }),
    [page],
  )
  useInterval(imports.reload, REFRESH_MS)
  return (
    <Page title="Imports">
      {file ? (
        <NewImport key={file.name} file={file} onCancel={() => setFile(undefined)} />
      ) : (
        <DropZone onFile={setFile} />
      )}
      <Part title="Files">
        <Loaded from={imports}>
          {(rows) => (
            <>
              <Table
                caption="Imports"
                columns={IMPORT_COLUMNS}
                rows={rows}
                keyOf={({ id }) => id}
                empty="No file was loaded yet."
              />
              <Pager page={page} hasMore={rows.length === PER_PAGE} onPage={setPage} />
            </>
          )}
        </Loaded>
      </Part>
    </Page>
  )
}
