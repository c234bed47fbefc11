import { useState } from 'preact/hooks'
import { getUser, getUserAnalytics } from '#sdk'
import { client } from '../../app/client.ts'
import type { PageProps } from '../../app/pages.tsx'
import { isStaff, useSession } from '../../app/session.ts'
import { useLoad } from '../../app/use-load.ts'
import { Loaded } from '../../ui/loaded.tsx'
import { Page, Part } from '../../ui/page.tsx'
import { UserAlerts } from './alerts.tsx'
import { Days } from './days.tsx'
import { Figures } from './figures.tsx'
import { History } from './history.tsx'
import { NewTransaction } from './new-transaction.tsx'
import { Profile } from './profile.tsx'
import { BankAccounts, Employments } from './records.tsx'
import { Score } from './score.tsx'
import { useCurrencies } from './use-currencies.ts'

/** All there is of one customer. */
export function CustomerPage({ path }: PageProps) {
  return <Customer id={Number(path[1])} />
}

export function Customer({ id }: { readonly id: number }) {
  const session = useSession()
  const user = useLoad((signal) => getUser({ client, signal, path: { id } }), [id])
  const currencies = useCurrencies(id)
  const [booked, setBooked] = useState(0)
  const isThere = currencies.data !== undefined
  return (
    <Page title={user.data?.name ?? 'Customer'}>
      <Loaded from={user}>
        {(known) => (
          <div class="parts">
            <Profile user={known} />
            <Loaded from={currencies}>
              {(found) => <InCurrency key={booked} userId={id} currencies={found} />}
            </Loaded>
            <Score key={`score ${booked}`} userId={id} />
            <Employments userId={id} />
            <BankAccounts userId={id} />
            {isStaff(session) && <UserAlerts userId={id} />}
            {isThere && (
              <NewTransaction
                userId={id}
                usual={currencies.data?.[0]}
                onBooked={() => {
                  currencies.reload()
                  setBooked(booked + 1)
                }}
              />
            )}
            <History key={`history ${booked}`} userId={id} />
          </div>
        )}
      </Loaded>
    </Page>
  )
}

/** What differs by currency. */
function InCurrency({
  userId: id,
  currencies,
}: {
  readonly userId: number
  readonly currencies: readonly string[]
}) {
  const [currency, setCurrency] = useState(currencies[0])
  const query = currency === undefined ? {} : { currency }
  const figures = useLoad(
    (signal) => getUserAnalytics({ client, signal, path: { id }, query }),
    [id, currency],
  )
  return (
    <>
      <Part title="Figures">
        <Loaded from={figures}>
          {(data) => <Figures figures={data} currencies={currencies} onCurrency={setCurrency} />}
        </Loaded>
      </Part>
      <Loaded from={figures}>{(data) => <Days userId={id} currency={data.currency} />}</Loaded>
    </>
  )
}
