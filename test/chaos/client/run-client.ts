import { setTimeout as delay } from 'node:timers/promises'
import { changeTask, createBankAccount, createEmployment, createTask } from './belongings.ts'
import { createTransactions } from './bulk.ts'
import type { Client } from './client.ts'
import {
  createSharedTransaction,
  readDays,
  readFigures,
  readHistory,
  readSharedFigures,
} from './figures.ts'
import { lookAfter } from './follow-ups.ts'
import { createReport, importDataset, importTransactions } from './jobs.ts'
import {
  createTransaction,
  deleteTransaction,
  readTransaction,
  updateTransaction,
} from './transactions.ts'
import { countUp, createUser, createUsers, deleteUser, readUser, updateUser } from './users.ts'

/** Between two actions of a client, in milliseconds: some 70 requests a second of six clients. */
const MAX_PAUSE_MS = 90

/** What clients do, and how often beside the others. */
const ACTIONS: readonly (readonly [number, (client: Client) => Promise<void>])[] = [
  [28, createTransaction],
  [6, createTransactions],
  [10, updateTransaction],
  [5, deleteTransaction],
  [8, readTransaction],
  [6, readHistory],
  [14, readFigures],
  [4, readDays],
  [8, createSharedTransaction],
  [4, readSharedFigures],
  [4, createUser],
  [1, createUsers],
  [6, readUser],
  [4, updateUser],
  [2, deleteUser],
  [4, countUp],
  [3, createTask],
  [4, changeTask],
  [2, createEmployment],
  [2, createBankAccount],
  [1, importTransactions],
  [1, importDataset],
  [1, createReport],
]
const WHEEL = ACTIONS.flatMap(([weight, action]) => Array.from({ length: weight }, () => action))

/** Works until the run is over. */
export async function runClient(client: Client): Promise<void> {
  const { dice, followUps } = client
  while (!client.isOver()) {
    await dice.pick(WHEEL)(client)
    await lookAfter(followUps)
    await delay(dice.below(MAX_PAUSE_MS))
  }
}

/**
 * Follows to its end what the workers still do.
 *
 * @param deadline by `performance.now()`
 * @returns the names of what has not ended by then
 */
export async function finishClient(
  { followUps }: Client,
  deadline: number,
): Promise<readonly string[]> {
  while (followUps.length > 0 && performance.now() < deadline) {
    await lookAfter(followUps)
    await delay(20)
  }
  for (const followUp of followUps) followUp.giveUp()
  return followUps.map(({ name }) => name)
}
