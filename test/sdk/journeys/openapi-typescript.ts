import createClient from 'openapi-fetch'
import type { paths } from './generated/schema.ts'
import { travel } from './journey.ts'

const DAY = '2026-01-31'

await travel((baseUrl, token) => {
  const client = createClient<paths>({ baseUrl })
  client.use({
    onRequest: ({ request }) => {
      if (token() !== '') request.headers.set('authorization', `Bearer ${token()}`)
    },
  })
  /** The data of an answer, which is there unless an error is. */
  const data = <T>({ data: given, error }: { data?: T; error?: unknown }): T => {
    if (given === undefined) throw new Error(JSON.stringify(error))
    return given
  }
  return {
    login: async (username, password) =>
      data(await client.POST('/v1/login', { body: { username, password } })),
    createUser: async (name, email) =>
      data(await client.POST('/v1/users', { body: { name, email } })),
    createTransaction: async (user_id, transaction_amount) =>
      data(
        await client.POST('/v1/transactions', {
          body: { user_id, transaction_amount, transaction_date: DAY, transaction_type: 'credit' },
        }),
      ),
    listTransactions: async (id, page) =>
      data(
        await client.GET('/v1/users/{id}/transactions', {
          params: { path: { id }, query: { page, per_page: 1 } },
        }),
      ),
    analytics: async (id) =>
      data(await client.GET('/v1/users/{id}/analytics', { params: { path: { id } } })),
    upload: async (name, file) =>
      data(
        await client.POST('/v1/imports', {
          params: { query: { kind: 'dataset', name } },
          body: await file.text(),
          headers: { 'content-type': 'text/csv' },
          bodySerializer: (body) => body,
        }),
      ),
    uploadForm: async (name, file) =>
      data(
        await client.POST('/v1/imports/form', {
          params: { query: { kind: 'dataset', name } },
          body: { file: '' },
          bodySerializer: () => {
            const form = new FormData()
            form.append('file', file, 'orders.csv')
            return form
          },
        }),
      ),
    getImport: async (id) =>
      data(await client.GET('/v1/imports/{id}', { params: { path: { id } } })),
    refused: async () => {
      const { error } = await client.POST('/v1/users', { body: { name: '', email: 'a@b.example' } })
      if (error === undefined) throw new Error('it was not refused')
      return error
    },
  }
})
