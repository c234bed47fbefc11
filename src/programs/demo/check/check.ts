import type { Analytics, DailyAnalytics } from '../../../generated/schemas.ts'
import { mapConcurrently } from '../concurrent.ts'
import type { Progress } from '../progress.ts'
import type { Client } from '../service/client.ts'
import type { LoadedUser } from '../service/load-users.ts'
import { type Comparison, compareFigures } from './compare.ts'
import { type Expected, nothing } from './expected.ts'

const CONCURRENCY = 8
/** In which a user without transactions is asked for. */
const CURRENCY = 'USD'

/** What the service answered about one user and currency, and how it compares. */
export interface Checked {
  readonly analytics: Analytics
  readonly days: readonly DailyAnalytics[]
  readonly comparison: Comparison
}

/** Asks the service for every user's figures, in each of their currencies, and compares them. */
export async function checkFigures(
  client: Client,
  users: readonly LoadedUser[],
  expected: Expected,
  progress: Progress,
): Promise<Checked[]> {
  const checked = await mapConcurrently(users, CONCURRENCY, async ({ id, email }) => {
    const figures = expected.get(email) ?? new Map([[CURRENCY, nothing(CURRENCY)]])
    const ofUser: Checked[] = []
    for (const [currency, due] of figures) {
      const analytics = await client.readAnalytics(id, currency)
      const days = await client.readDays(id, currency)
      ofUser.push({ analytics, days, comparison: compareFigures(due, analytics, days) })
    }
    progress.advance(1)
    return ofUser
  })
  return checked.flat()
}
