import type { CreditScore, PastScore } from '../../generated/schemas.ts'
import { bandOf } from './bands.ts'
import type { PastScoreRecord, ScoreRecord } from './credit-score.service.ts'

/** A user's credit score as the API shows it. */
export const creditScoreView = (record: ScoreRecord): CreditScore => ({
  score: record.score,
  band: bandOf(record.score),
  factors: record.factors.map((factor) => ({ ...factor })),
  formula_version: record.formulaVersion,
  computed_at: record.computedAt.toISOString(),
  is_current: record.isCurrent,
})

/** A credit score of the past as the API shows it. */
export const pastScoreView = (past: PastScoreRecord): PastScore => ({
  score: past.score,
  band: bandOf(past.score),
  formula_version: past.formulaVersion,
  computed_at: past.computedAt.toISOString(),
})
