import { useState } from 'preact/hooks'
import { type Dataset, deleteDataset, getDataset, listDatasetRows } from '#sdk'
import { client } from '../../app/client.ts'
import { formatCount } from '../../app/format.ts'
import type { PageProps } from '../../app/pages.tsx'
import { goTo } from '../../app/route.ts'
import { useAction } from '../../app/use-action.ts'
import { useLoad } from '../../app/use-load.ts'
import { ChoiceField, TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { ProblemNote } from '../../ui/problem.tsx'
import { Table } from '../../ui/table.tsx'

const PER_PAGE = 50

/** One dataset and its rows. */
export function DatasetPage({ path }: PageProps) {
  const name = path[1] ?? ''
  const dataset = useLoad((signal) => getDataset({ client, signal, path: { name } }), [name])
  const remove = useAction(async () => {
    await deleteDataset({ client, path: { name } })
    goTo('datasets')
  })
  return (
    <Page title={name}>
      <ProblemNote error={remove.error} />
      <Loaded from={dataset}>
        {(data) => (
          <>
            <div class="actions">
              <span>{formatCount(data.row_count)} rows</span>
              <a href={`/v1/datasets/${encodeURIComponent(name)}/export.csv`} download>
                Download as CSV
              </a>
              <button type="button" class="plain" onClick={() => void remove.run()}>
                Delete
              </button>
            </div>
            <Rows dataset={data} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

type Row = Readonly<Record<string, unknown>>

const cellOf = (value: unknown): string =>
  value === null || value === undefined ? '' : String(value)

function Rows({ dataset: { name, columns } }: { readonly dataset: Dataset }) {
  const [sort, setSort] = useState('')
  const [column, setColumn] = useState(columns[0]?.name ?? '')
  const [value, setValue] = useState('')
  const [page, setPage] = useState(1)
  const rows = useLoad(
    (signal) =>
      listDatasetRows({
        client,
        signal,
        path: { name },
        query: {
          page,
          per_page: PER_PAGE,
          ...(sort !== '' && { sort }),
          ...(value !== '' && { filter: { [column]: value } }),
        },
      }),
    [name, sort, column, value, page],
  )
  const names = columns.map((each) => [each.name, each.name] as const)
  const first = (change: (value: string) => void) => (changed: string) => {
    change(changed)
    setPage(1)
  }
  return (
    <>
      <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        <ChoiceField label="Where" value={column} onValue={first(setColumn)} choices={names} />
        <TextField label="Is" value={value} onValue={first(setValue)} />
        <ChoiceField
          label="In the order of"
          value={sort}
          onValue={first(setSort)}
          choices={[
            ['', 'the file'],
            ...names,
            ...names.map(([each]) => [`-${each}`, `${each}, largest first`] as const),
          ]}
        />
      </form>
      <Loaded from={rows}>
        {(data: readonly Row[]) => (
          <>
            <Table
              caption="Rows"
              columns={columns.map((each) => ({
                title: each.name,
                cell: (row: Row) => cellOf(row[each.name]),
                isFigure: each.type === 'integer' || each.type === 'numeric',
              }))}
              rows={data}
              keyOf={(row) => data.indexOf(row)}
              empty="No row matches."
            />
            <Pager page={page} hasMore={data.length === PER_PAGE} onPage={setPage} />
          </>
        )}
      </Loaded>
    </>
  )
}
