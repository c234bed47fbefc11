import { checkAlerts } from './checks/alerts.ts'
import { checkChanges } from './checks/changes.ts'
import { checkContent, checkOrder } from './checks/deliveries.ts'
import { checkFigures } from './checks/derived.ts'
import { checkList } from './checks/list.ts'
import type { Check } from './scene.ts'

/** All that a run has to show. What else follows from the ledger is compared by one more check here. */
export const CHECKS: readonly Check[] = [
  checkChanges,
  checkList,
  checkContent,
  checkOrder,
  checkFigures,
  checkAlerts,
]
