import { useState } from 'preact/hooks'
import { createTransaction, type TransactionCreate, waitUntilCurrent } from '#sdk'
import { client } from '../../app/client.ts'
import { useAction } from '../../app/use-action.ts'
import { ChoiceField, TextField } from '../../ui/field.tsx'
import { Part } from '../../ui/page.tsx'
import { ProblemNote } from '../../ui/problem.tsx'

type Type = TransactionCreate['transaction_type']

const TYPES = [
  ['credit', 'Credit'],
  ['debit', 'Debit'],
] as const

const today = () => new Date().toISOString().slice(0, 10)

/** Books a transaction of a customer, and tells when the figures have it. */
export function NewTransaction({
  userId,
  usual = '',
  onBooked,
}: {
  readonly userId: number
  /** The currency that the customer mostly has; without one, the service takes its own. */
  readonly usual?: string | undefined
  readonly onBooked: () => void
}) {
  const [type, setType] = useState<Type>('credit')
  const [amount, setAmount] = useState('')
  const [currency, setCurrency] = useState(usual)
  const [date, setDate] = useState(today)
  const [description, setDescription] = useState('')
  const { run, isRunning, error } = useAction(async () => {
    const body: TransactionCreate = {
      user_id: userId,
      transaction_date: date,
      transaction_type: type,
      transaction_amount: amount,
      ...(currency !== '' && { currency: currency.toUpperCase() }),
      ...(description !== '' && { description }),
    }
    await createTransaction({ client, body })
    setAmount('')
    setDescription('')
    await waitUntilCurrent(userId, { client })
    onBooked()
  })
  return (
    <Part title="New transaction" isWide>
      <form
        class="filters"
        aria-label="New transaction"
        onSubmit={(event) => {
          event.preventDefault()
          void run()
        }}
      >
        <ChoiceField
          label="Type"
          value={type}
          onValue={(value) => setType(value as Type)}
          choices={TYPES}
        />
        <TextField
          label="Amount"
          value={amount}
          onValue={setAmount}
          inputmode="decimal"
          size={10}
          required
        />
        <TextField
          label="Currency"
          value={currency}
          onValue={setCurrency}
          size={5}
          maxlength={3}
          autocomplete="off"
        />
        <TextField label="Date" type="date" value={date} onValue={setDate} required />
        <TextField
          label="Description"
          value={description}
          onValue={setDescription}
          maxlength={500}
          size={24}
        />
        <button type="submit" disabled={isRunning}>
          Book
        </button>
        <ProblemNote error={error} />
      </form>
    </Part>
  )
}
