import { scaleLinear } from 'd3-scale'
import { useState } from 'preact/hooks'
import { listUserGroups, type UserGroup } from '#sdk'
import { client } from '../app/client.ts'
import { formatCount } from '../app/format.ts'
import { linkTo } from '../app/route.ts'
import { useLoad } from '../app/use-load.ts'
import { ChoiceField } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Page } from '../ui/page.tsx'
import { Table } from '../ui/table.tsx'

type By = 'company' | 'bank' | 'pincode'

const LIMIT = 50
const BY = [
  ['company', 'Company'],
  ['bank', 'Bank'],
  ['pincode', 'Pincode'],
] as const

/** How many customers there are of each company, bank or pincode. */
export function GroupsPage() {
  const [by, setBy] = useState<By>('company')
  const groups = useLoad(
    (signal) => listUserGroups({ client, signal, query: { group_by: [by], limit: LIMIT } }),
    [by],
  )
  return (
    <Page title="Groups">
      <form class="filters" aria-label="Groups" onSubmit={(event) => event.preventDefault()}>
        <ChoiceField
          label="Customers by"
          value={by}
          onValue={(value) => setBy(value as By)}
          choices={BY}
        />
      </form>
      <Loaded from={groups}>{(data) => <Bars groups={data} by={by} />}</Loaded>
    </Page>
  )
}

function Bars({ groups, by }: { readonly groups: readonly UserGroup[]; readonly by: By }) {
  const most = Math.max(1, ...groups.map(({ user_count }) => user_count))
  const width = scaleLinear([0, most], [0, 100])
  const nameOf = (group: UserGroup) => group[by] ?? 'None'
  return (
    <Table
      caption={`Customers by ${by}`}
      rows={groups}
      keyOf={(group) => nameOf(group)}
      empty="No customer has one."
      columns={[
        {
          title: BY.find(([value]) => value === by)?.[1] ?? '',
          cell: (group) => (
            <a href={`${linkTo('customers')}?q=${encodeURIComponent(nameOf(group))}`}>
              {nameOf(group)}
            </a>
          ),
        },
        {
          title: 'Customers',
          isFigure: true,
          cell: ({ user_count: count }) => formatCount(count),
        },
        {
          title: 'Share of the largest',
          cell: ({ user_count: count }) => (
            <svg class="share" width="100%" height="12" aria-hidden="true">
              <rect class="credit" width={`${width(count)}%`} height="12" rx="2" />
            </svg>
          ),
        },
      ]}
    />
  )
}
