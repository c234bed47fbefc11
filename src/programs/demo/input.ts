import { readFile } from 'node:fs/promises'
import { readRows } from '../../csv/read.ts'
import { StartupError } from '../../errors.ts'
import type { TransactionCreate, UserCreate } from '../../generated/schemas.ts'
import { emailKey } from '../../lib/email.ts'

/** Where none is named, whatever the service's default is. */
export const CURRENCY = 'USD'

export interface UserInput {
  /** Where it stands in its file, for messages; in a sample its number. */
  readonly line: number
  readonly body: UserCreate
}

export interface TransactionInput {
  readonly line: number
  /** The user's, in small letters. */
  readonly email: string
  readonly body: Omit<TransactionCreate, 'user_id'> & { readonly currency: string }
}

/** Everything the demo loads. */
export interface Input {
  readonly users: readonly UserInput[]
  readonly transactions: readonly TransactionInput[]
}

/** Reads a CSV file with a header line, whole. Cells are told by their columns; empty ones are left out. */
async function readTable(path: string) {
  try {
    const [header, ...rows] = readRows(await readFile(path))
    if (rows.length === 0) throw new StartupError(`${path} has nothing below its header.`)
    const columns = header?.cells.map((name) => name.trim().toLowerCase()) ?? []
    return rows.map(({ line, cells, problem }) => {
      if (problem !== undefined || cells.length !== columns.length) {
        throw new StartupError(`${path}, line ${line}: this is no row of ${columns.length} cells.`)
      }
      const named = columns.map((name, index) => [name, cells[index]?.trim() ?? ''] as const)
      return { line, cells: Object.fromEntries(named.filter(([, cell]) => cell !== '')) }
    })
  } catch (error) {
    if (error instanceof StartupError) throw error
    const { code } = error as { readonly code: string }
    const reason =
      code === 'ENOENT' ? `There is no file ${path}` : `${path} cannot be read (${code})`
    throw new StartupError(`${reason}.`)
  }
}

async function readUsers(path: string): Promise<UserInput[]> {
  return (await readTable(path)).map(({ line, cells: { age, ...cells } }) => {
    // JSON tells numbers from text.
    const body = { ...cells, ...(age !== undefined && { age: Number(age) }) }
    return { line, body: body as UserCreate }
  })
}

async function readTransactions(path: string): Promise<TransactionInput[]> {
  return (await readTable(path)).map(({ line, cells: { user_email: email = '', ...cells } }) => {
    const body = { currency: CURRENCY, ...cells } as TransactionInput['body']
    return { line, email: emailKey(email), body }
  })
}

/**
 * Reads the files as the service is to have them: what is wrong with a cell or a column, it says itself.
 *
 * @throws StartupError when a file cannot be read
 */
export async function readInput(files: { users: string; transactions: string }): Promise<Input> {
  const users = await readUsers(files.users)
  return { users, transactions: await readTransactions(files.transactions) }
}
