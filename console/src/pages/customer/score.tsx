import { type CreditScore, getUserCreditScore, type ScoreFactor } from '#sdk'
import { client } from '../../app/client.ts'
import { formatTime, formatWord } from '../../app/format.ts'
import { useLoad } from '../../app/use-load.ts'
import { Figure } from '../../charts/figure.tsx'
import { WaterfallChart } from '../../charts/waterfall-chart.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Part } from '../../ui/page.tsx'
import { type ColumnOf, Table } from '../../ui/table.tsx'

/** A score is between these. */
const MIN_SCORE = 300
const MAX_SCORE = 850

const NAMES: Readonly<Record<ScoreFactor['name'], string>> = {
  income_regularity: 'Regular income',
  credit_debit_ratio: 'Credits to debits',
  balance_trend: 'Trend of balance',
  low_volatility: 'Steadiness',
  history_length: 'Length of history',
  activity: 'Activity',
}

const COLUMNS: readonly ColumnOf<ScoreFactor>[] = [
  { title: 'Factor', cell: ({ name }) => NAMES[name] },
  { title: 'Value', cell: ({ value }) => `${value / 10} %`, isFigure: true },
  { title: 'Weight', cell: ({ weight }) => `${weight} %`, isFigure: true },
  { title: 'Points', cell: ({ contribution }) => contribution, isFigure: true },
]

/** The credit score of a customer, and what it is made of. */
export function Score({ userId: id }: { readonly userId: number }) {
  const score = useLoad((signal) => getUserCreditScore({ client, signal, path: { id } }), [id])
  return (
    <Part title="Credit score" isWide>
      <Loaded from={score}>{(data) => <Factors score={data} />}</Loaded>
    </Part>
  )
}

function Factors({
  score: { score, band, factors, computed_at },
}: {
  readonly score: CreditScore
}) {
  if (score === null) return <p class="muted">No history, no score.</p>
  const steps = factors.map(({ name, contribution, weight }) => ({
    name: NAMES[name],
    points: contribution,
    most: ((MAX_SCORE - MIN_SCORE) * weight) / 100,
  }))
  return (
    <>
      <p>
        <b class="score">{score}</b> {formatWord(band)}
        <span class="muted">, of {formatTime(computed_at)}</span>
      </p>
      <Figure
        says={`The score of ${score} is ${MIN_SCORE} and the points of ${factors.length} factors`}
        table={
          <Table caption="Factors" columns={COLUMNS} rows={factors} keyOf={({ name }) => name} />
        }
      >
        {(width) => <WaterfallChart base={MIN_SCORE} max={MAX_SCORE} steps={steps} width={width} />}
      </Figure>
    </>
  )
}
