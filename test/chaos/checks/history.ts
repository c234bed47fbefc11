import type { Findings } from '../findings.ts'
import { fingerprintHistory, type History } from '../history.ts'
import type { Model } from '../model/model.ts'

/** The transactions of the history are as before, but for those of users who were deleted. */
export async function checkHistory(
  url: string,
  history: History,
  before: ReadonlyMap<number, string>,
  model: Model,
  findings: Findings,
): Promise<void> {
  const after = await fingerprintHistory(url, history)
  const gone = new Set(
    model
      .entries('user')
      .filter(({ states }) => states.some((state) => state === undefined))
      .map(({ id }) => id),
  )
  for (const [userId, print] of before) {
    if (after.get(userId) === print) continue
    if (!after.has(userId) && gone.has(userId)) continue
    findings.add('history that changed', `user ${userId}`)
  }
}
