import * as api from './generated/index'
import { travel } from './journey'

const DAY = '2026-01-31'

await travel((basePath, token) => {
  const config = new api.Configuration({ basePath, accessToken: async () => token() })
  const users = new api.UsersApi(config)
  const transactions = new api.TransactionsApi(config)
  const imports = new api.ImportsApi(config)
  const kind = api.ImportKind.Dataset
  return {
    login: async (username, password) => {
      const pair = await new api.AuthApi(config).login({ credentials: { username, password } })
      return { access_token: pair.accessToken }
    },
    createUser: (name, email) => users.createUser({ userCreate: { name, email } }),
    createTransaction: (userId, transactionAmount) =>
      transactions.createTransaction({
        transactionCreate: {
          userId,
          transactionAmount,
          transactionDate: DAY,
          transactionType: api.TransactionType.Credit,
        },
      }),
    listTransactions: (id, page) => transactions.listUserTransactions({ id, page, perPage: 1 }),
    analytics: async (id) => {
      const figures = await new api.AnalyticsApi(config).getUserAnalytics({ id })
      return { is_current: figures.isCurrent, net_total: figures.netTotal, period: figures.period }
    },
    upload: (name, body) => imports.createImport({ kind, name, body }),
    uploadForm: (name, file) => imports.createImportFromForm({ kind, name, file }),
    getImport: async (id) => {
      const { status, rowsLoaded } = await imports.getImport({ id })
      return { status, rows_loaded: rowsLoaded }
    },
    refused: async () => {
      const error = await users
        .createUser({ userCreate: { name: '', email: 'a@b.example' } })
        .catch((thrown: unknown) => thrown)
      if (!(error instanceof api.ResponseError)) throw new Error('it was not refused')
      return api.ValidationProblemFromJSON(await error.response.json())
    },
  }
})
