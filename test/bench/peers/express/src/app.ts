import express, { type ErrorRequestHandler, type Express } from 'express'
import { ZodError } from 'zod'
import { getAnalytics } from './analytics.ts'
import { Id } from './bodies.ts'
import { authenticate, logIn } from './login.ts'
import { prisma } from './stores.ts'
import { createTransaction, createTransactions, listTransactions } from './transactions.ts'

const onError: ErrorRequestHandler = (error, _request, response, _next) => {
  if (error instanceof ZodError) response.status(422).json({ error: error.issues })
  else {
    console.error(error)
    response.status(error.status ?? 500).json({ error: 'internal error' })
  }
}

export const app: Express = express()
app.disable('x-powered-by')
// Digests of whole answers, which nobody asks for.
app.disable('etag')
app.set('query parser', 'simple')
app.use(express.json({ limit: '1mb' }))

app.get('/health', (_request, response) => void response.json({ status: 'ok' }))
app.post('/login', logIn)
app.use(authenticate)
app.get('/users/:id', async (request, response) => {
  const user = await prisma.user.findUnique({ where: { id: Id.parse(request.params['id']) } })
  if (user) response.json(user)
  else response.status(404).json({ error: 'not found' })
})
app.get('/users/:id/analytics', getAnalytics)
app.get('/users/:id/transactions', listTransactions)
app.post('/transactions', createTransaction)
app.post('/transactions/bulk', createTransactions)
app.use(onError)
