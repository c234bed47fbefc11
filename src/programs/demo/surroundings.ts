import type { BankAccountCreate, EmploymentCreate, TaskCreate } from '../../generated/schemas.ts'
import type { Screen } from '../../lib/terminal.ts'
import type { Client } from './client.ts'
import { forEach, step } from './run.ts'

const COMPANIES = ['Northwind', 'Kaveri Textiles', 'Meridian Foods', 'Alta Logistics', 'Oak Dental']
const BANKS = ['Deccan Bank', 'Harbour Savings', 'Alta Bank', 'Meridian Credit']
const TITLES = ['Weaver', 'Accountant', 'Driver', 'Nurse', 'Engineer', 'Cook']
const TASKS: readonly TaskCreate[] = [
  { title: 'Look at the alerts of yesterday', status: 'in_progress' },
  { title: 'Load the statement of last month' },
  { title: 'Compare the groups by bank with those of last year' },
  { title: 'Ask for the addresses that are missing', status: 'completed' },
]

/** The later ones more often, so that groups differ in size. */
const pick = <T>(items: readonly T[], index: number): T =>
  items[Math.floor(Math.sqrt(index % items.length ** 2))] as T

const employmentOf = (index: number): EmploymentCreate => ({
  company_name: pick(COMPANIES, index),
  job_title: pick(TITLES, index + 5),
  start_date: `${2016 + (index % 8)}-04-01`,
  is_current: true,
})

/** @param tag part of the number, since a number exists once */
const accountOf = (index: number, tag: string): BankAccountCreate => ({
  bank_name: pick(BANKS, index + 3),
  account_number: `${tag}${String(index).padStart(4, '0')}`.toUpperCase(),
  account_type: 'savings',
  is_primary: true,
})

/** Gives users an employment and a bank account each, and the account that is logged in some tasks. */
export async function surround(
  client: Client,
  userIds: readonly number[],
  tag: string,
  screen: Screen,
): Promise<void> {
  const users = [...userIds.entries()]
  const giving = () =>
    forEach(users, async ([index, id]) => {
      await client.call(`/v1/users/${id}/employments`, employmentOf(index))
      await client.call(`/v1/users/${id}/bank-accounts`, accountOf(index, tag))
    })
  await step(screen, 'Jobs, accounts', 2 * users.length, giving)
  const planning = () => forEach(TASKS, async (task) => void (await client.call('/v1/tasks', task)))
  await step(screen, 'Tasks', TASKS.length, planning)
}
