import { type Row, readCsv } from './csv.ts'
import type { UserInput } from './input.ts'

const COLUMNS = { required: ['name', 'email'], optional: ['age', 'pincode'] }

function toUser(row: Row): UserInput {
  const name = row.required('name')
  const email = row.required('email')
  const age = row.cell('age')
  const pincode = row.cell('pincode')
  if (name.length > 100) throw row.bad('name has more than 100 characters')
  if (!/^[^\s@"]{1,64}@[^\s@]+\.[^\s@]+$/.test(email) || email.length > 254) {
    throw row.bad('email is not an email address')
  }
  if (age !== undefined && !(/^\d{1,3}$/.test(age) && Number(age) >= 1 && Number(age) <= 150)) {
    throw row.bad('age is not a whole number from 1 to 150')
  }
  if (pincode !== undefined && !/^[A-Za-z0-9 -]{3,12}$/.test(pincode)) {
    throw row.bad('pincode is not 3 to 12 letters, digits, spaces and hyphens')
  }
  return {
    line: row.line,
    name,
    email,
    ...(age !== undefined && { age: Number(age) }),
    ...(pincode !== undefined && { pincode }),
  }
}

/**
 * Reads users from a CSV file with the columns `name`, `email` and, optionally, `age`, `pincode`.
 *
 * @throws StartupError naming the first line that cannot be used
 */
export async function readUsers(path: string): Promise<UserInput[]> {
  const lines = new Map<string, number>()
  return (await readCsv(path, COLUMNS)).map((row) => {
    const user = toUser(row)
    const key = user.email.toLowerCase()
    const first = lines.get(key)
    if (first !== undefined) throw row.bad(`email is the same as on line ${first}`)
    lines.set(key, row.line)
    return user
  })
}
