import { listUserTransactions } from '#sdk'
import { client } from '../../app/client.ts'
import { type Loading, useLoad } from '../../app/use-load.ts'

/** In how many of the latest transactions to look for currencies. */
const LOOKED_AT = 100

/** The currencies of a customer's latest transactions, the most frequent first. */
export function useCurrencies(id: number): Loading<readonly string[]> {
  return useLoad(
    async (signal) => {
      const query = { per_page: LOOKED_AT }
      const { data } = await listUserTransactions({ client, signal, path: { id }, query })
      const counts = new Map<string, number>()
      for (const { currency } of data) counts.set(currency, (counts.get(currency) ?? 0) + 1)
      const found = [...counts].sort((a, b) => b[1] - a[1]).map(([currency]) => currency)
      return { data: found }
    },
    [id],
  )
}
