import type { RequestHandler } from 'express'
import type { z } from 'zod'
import type { Transaction } from '../generated/client.ts'
import { Id, NewTransaction, NewTransactions, Page } from './bodies.ts'
import { decrypt, encrypt } from './names.ts'
import { cache, keyOf, prisma } from './stores.ts'

const columnsOf = (sent: z.infer<typeof NewTransaction>) => ({
  user_id: sent.user_id,
  full_name: encrypt(sent.full_name),
  date: sent.transaction_date,
  amount: sent.transaction_amount,
  type: sent.transaction_type,
})

const answerOf = (row: Transaction) => ({
  id: Number(row.id),
  user_id: row.user_id,
  full_name: decrypt(row.full_name),
  transaction_date: row.date,
  transaction_amount: Number(row.amount),
  transaction_type: row.type,
})

/** Stores a transaction; figures that were kept are out of date then. */
export const createTransaction: RequestHandler = async (request, response) => {
  const sent = NewTransaction.parse(request.body)
  const { id } = await prisma.transaction.create({ data: columnsOf(sent), select: { id: true } })
  await cache.del(keyOf(sent.user_id))
  response.status(201).json({ id: Number(id), ...sent })
}

/** Stores up to 1,000 transactions by one statement. */
export const createTransactions: RequestHandler = async (request, response) => {
  const { transactions } = NewTransactions.parse(request.body)
  const { count } = await prisma.transaction.createMany({ data: transactions.map(columnsOf) })
  const users = new Set(transactions.map(({ user_id }) => user_id))
  await cache.del([...users].map(keyOf))
  response.status(201).json({ created: count })
}

/** Answers with a page of a user's transactions, the latest first. */
export const listTransactions: RequestHandler = async (request, response) => {
  const user_id = Id.parse(request.params['id'])
  const { page, per_page } = Page.parse(request.query)
  const rows = await prisma.transaction.findMany({
    where: { user_id },
    orderBy: [{ date: 'desc' }, { id: 'desc' }],
    take: per_page,
    skip: (page - 1) * per_page,
  })
  response.json(rows.map(answerOf))
}
