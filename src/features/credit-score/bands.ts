import type { ScoreBand } from '../../generated/schemas.ts'

/** The lowest score of each band, by the limits that FICO publishes. */
const BANDS: readonly (readonly [number, ScoreBand])[] = [
  [800, 'exceptional'],
  [740, 'very_good'],
  [670, 'good'],
  [580, 'fair'],
]

/** What a score is called. */
export function bandOf(score: number | null): ScoreBand {
  if (score === null) return 'unscored'
  return BANDS.find(([lowest]) => score >= lowest)?.[1] ?? 'poor'
}
