import * as api from './generated/api.ts'
import { travel } from './journey.ts'

const DAY = '2026-01-31'

/** The data of an answer, if it has the status. */
function data<A extends { status: number; data: unknown }, S extends A['status']>(
  answer: A,
  status: S,
): Extract<A, { status: S }>['data'] {
  if (answer.status !== status) throw new Error(JSON.stringify(answer.data))
  return answer.data
}

await travel((_, token) => {
  const options = () => ({ headers: { authorization: `Bearer ${token()}` } })
  return {
    login: async (username, password) => data(await api.login({ username, password }), 200),
    createUser: async (name, email) => data(await api.createUser({ name, email }, options()), 201),
    createTransaction: async (user_id, transaction_amount) =>
      data(
        await api.createTransaction(
          { user_id, transaction_amount, transaction_date: DAY, transaction_type: 'credit' },
          options(),
        ),
        201,
      ),
    listTransactions: async (id, page) =>
      data(await api.listUserTransactions(id, { page, per_page: 1 }, options()), 200),
    analytics: async (id) => data(await api.getUserAnalytics(id, {}, options()), 200),
    upload: async (name, file) =>
      data(await api.createImport(file, { kind: 'dataset', name }, options()), 202),
    uploadForm: async (name, file) =>
      data(await api.createImportFromForm({ file }, { kind: 'dataset', name }, options()), 202),
    getImport: async (id) => data(await api.getImport(id, options()), 200),
    refused: async () =>
      data(await api.createUser({ name: '', email: 'a@b.example' }, options()), 422),
  }
})
