import {
  type BankAccountCreate,
  createBankAccount,
  createEmployment,
  createTask,
  type EmploymentCreate,
  type Passbook,
  type TaskCreate,
} from '#sdk'
import type { Screen } from '../../lib/terminal.ts'
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
  client: Passbook,
  userIds: readonly number[],
  tag: string,
  screen: Screen,
): Promise<void> {
  const users = [...userIds.entries()]
  const giving = () =>
    forEach(users, async ([index, id]) => {
      await createEmployment({ client, path: { id }, body: employmentOf(index) })
      await createBankAccount({ client, path: { id }, body: accountOf(index, tag) })
    })
  await step(screen, 'Jobs, accounts', 2 * users.length, giving)
  const planning = () =>
    forEach(TASKS, async (task) => void (await createTask({ client, body: task })))
  await step(screen, 'Tasks', TASKS.length, planning)
}
