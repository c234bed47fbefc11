import { client } from './generated/client.gen.ts'
import * as api from './generated/sdk.gen.ts'
import { travel } from './journey.ts'

const DAY = '2026-01-31'

await travel((baseUrl, token) => {
  client.setConfig({ baseUrl, auth: token })
  const strict = { throwOnError: true } as const
  const data = async <T>(answer: Promise<{ data: T }>): Promise<T> => (await answer).data
  return {
    login: (username, password) => data(api.login({ ...strict, body: { username, password } })),
    createUser: (name, email) => data(api.createUser({ ...strict, body: { name, email } })),
    createTransaction: (user_id, transaction_amount) =>
      data(
        api.createTransaction({
          ...strict,
          body: { user_id, transaction_amount, transaction_date: DAY, transaction_type: 'credit' },
        }),
      ),
    listTransactions: (id, page) =>
      data(api.listUserTransactions({ ...strict, path: { id }, query: { page, per_page: 1 } })),
    analytics: (id) => data(api.getUserAnalytics({ ...strict, path: { id } })),
    upload: (name, body) =>
      data(api.createImport({ ...strict, query: { kind: 'dataset', name }, body })),
    uploadForm: (name, file) =>
      data(
        api.createImportFromForm({ ...strict, query: { kind: 'dataset', name }, body: { file } }),
      ),
    getImport: (id) => data(api.getImport({ ...strict, path: { id } })),
    refused: async () => {
      const { error } = await api.createUser({ body: { name: '', email: 'a@b.example' } })
      if (error === undefined) throw new Error('it was not refused')
      return error
    },
  }
})
