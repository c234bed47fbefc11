import { z } from 'zod'

export const Id = z.coerce.number().int().positive()

export const Page = z.object({
  page: z.coerce.number().int().min(1).default(1),
  per_page: z.coerce.number().int().min(1).max(100).default(20),
})

export const NewTransaction = z.object({
  user_id: z.number().int().positive(),
  full_name: z.string().min(1).max(200),
  transaction_date: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
  transaction_amount: z.string().regex(/^\d{1,13}(\.\d{1,4})?$/),
  transaction_type: z.enum(['credit', 'debit']),
})

export const NewTransactions = z.object({ transactions: z.array(NewTransaction).min(1).max(1000) })
