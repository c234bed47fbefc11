import type { Fields } from '../kinds.ts'

const isTime = (text: unknown): text is string =>
  typeof text === 'string' && /^\d{4}-\d{2}-\d{2}([Tt]|$)/.test(text)

/** Whether what is read is what was sent, in the form in which it is shown. */
function echoes(name: string, sent: unknown, read: unknown): boolean {
  if (sent === null) return read === undefined || read === null
  if (name === 'account_number') {
    return typeof read === 'string' && read.endsWith(String(sent).toUpperCase().slice(-4))
  }
  if (name === 'transaction_amount') return Number(sent) === Number(read)
  if (name === 'transaction_date' && isTime(sent)) return Date.parse(sent) === Date.parse(`${read}`)
  return JSON.stringify(sent) === JSON.stringify(read)
}

/** The fields of a record that are not what was sent; those that it does not show are left out. */
export const notEchoed = (sent: Fields, record: Fields): string[] =>
  Object.entries(sent)
    .filter(([name, value]) => name !== 'password' && !echoes(name, value, record[name]))
    .map(([name]) => name)
