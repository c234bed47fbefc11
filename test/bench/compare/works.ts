import { seededRandom } from '../../setup/load.ts'
import type { LoadRequest } from '../overload/load.ts'
import { createTransactions, type NewTransaction, type Range } from './transactions.ts'

/** What is asked of each target. */
export const WORKS = [
  'live',
  'analytics',
  'user',
  'history-hot',
  'history-cold',
  'create',
  'bulk',
  'mixed',
] as const
export type Work = (typeof WORKS)[number]

/** How a target is asked. Users are numbered from 1; requests are sent in turns. */
export interface Api {
  readonly live: () => LoadRequest
  readonly analytics: (user: number) => LoadRequest
  readonly user: (user: number) => LoadRequest
  readonly history: (user: number, page: number) => LoadRequest
  readonly create: (transaction: NewTransaction) => LoadRequest
  readonly bulk: (transactions: readonly NewTransaction[]) => LoadRequest
}

/** Users who are read; others get what is created, so that what is read does not grow. */
export const READ_USERS = 2_000
export const HOT_USERS = 200
export const WRITTEN_USERS: Range = { first: READ_USERS + 1, count: 500 }
export const ALL_USERS = READ_USERS + WRITTEN_USERS.count

/** Rows of one bulk request. */
export const BULK = 1_000
/** A bulk request works for long, so that more at once would only wait. */
export const BULK_CONNECTIONS = 4
const COLD_PAGES = [2, 3, 4, 5] as const

const SEED = 14

/** Requests of a kind of work, the same ones for each target and round. */
export function requestsOf(work: Work, api: Api): readonly LoadRequest[] {
  const random = seededRandom(SEED)
  const below = (limit: number) => Math.floor(random() * limit)
  const list = (count: number, make: (index: number) => LoadRequest) =>
    Array.from({ length: count }, (_, index) => make(index))
  const hot = () => 1 + below(HOT_USERS)
  const any = () => 1 + below(READ_USERS)
  const written = (count: number, users = WRITTEN_USERS) => createTransactions(random, users, count)

  const makers: Readonly<Record<Work, () => readonly LoadRequest[]>> = {
    live: () => [api.live()],
    analytics: () => list(500, () => api.analytics(hot())),
    user: () => list(READ_USERS, () => api.user(any())),
    'history-hot': () => list(HOT_USERS, (index) => api.history(1 + index, 1)),
    // Each page of the list is another one, and each round begins elsewhere: what was answered before is rarely of use.
    'history-cold': () =>
      list(READ_USERS * COLD_PAGES.length, (index) =>
        api.history(
          1 + ((index * 7) % READ_USERS),
          COLD_PAGES[Math.floor(index / READ_USERS)] as number,
        ),
      ),
    create: () => written(2_000).map(api.create),
    bulk: () => list(20, () => api.bulk(written(BULK))),
    mixed: () => {
      const creates = written(100, { first: 1, count: HOT_USERS }).map(api.create)
      return list(2_000, (index) => {
        const place = index % 20
        if (place === 7) return creates[Math.floor(index / 20)] as LoadRequest
        return place % 7 === 3 ? api.history(any(), 1 + below(5)) : api.analytics(hot())
      })
    },
  }
  return makers[work]()
}
