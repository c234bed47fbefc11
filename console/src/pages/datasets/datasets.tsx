import { useState } from 'preact/hooks'
import { type Dataset, listDatasets } from '#sdk'
import { client } from '../../app/client.ts'
import { formatBytes, formatCount, formatTime } from '../../app/format.ts'
import { linkTo } from '../../app/route.ts'
import { useLoad } from '../../app/use-load.ts'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { type ColumnOf, Table } from '../../ui/table.tsx'

const PER_PAGE = 25

const COLUMNS: readonly ColumnOf<Dataset>[] = [
  { title: 'Name', cell: ({ name }) => <a href={linkTo('datasets', name)}>{name}</a> },
  { title: 'Rows', cell: ({ row_count }) => formatCount(row_count), isFigure: true },
  { title: 'Columns', cell: ({ columns }) => formatCount(columns.length), isFigure: true },
  { title: 'Size', cell: ({ bytes }) => formatBytes(bytes), isFigure: true },
  { title: 'Made', cell: ({ created_at }) => formatTime(created_at) },
]

/** The tables that imports made. */
export function DatasetsPage() {
  const [page, setPage] = useState(1)
  const datasets = useLoad(
    (signal) => listDatasets({ client, signal, query: { page, per_page: PER_PAGE } }),
    [page],
  )
  return (
    <Page title="Datasets">
      <Loaded from={datasets}>
        {(rows) => (
          <>
            <Table
              caption="Datasets"
              columns={COLUMNS}
              rows={rows}
              keyOf={({ name }) => name}
              empty="There is none. Load a file under Imports."
            />
            <Pager page={page} hasMore={rows.length === PER_PAGE} onPage={setPage} />
          </>
        )}
      </Loaded>
    </Page>
  )
}
