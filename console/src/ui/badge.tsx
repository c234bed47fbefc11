import { formatWord } from '../app/format.ts'

const TONES: Readonly<Record<string, string>> = {
  ok: 'good',
  completed: 'good',
  delivered: 'good',
  acknowledged: 'calm',
  open: 'bad',
  failed: 'bad',
  unavailable: 'bad',
  degraded: 'warn',
  running: 'warn',
  pending: 'warn',
  in_progress: 'warn',
}

const wordOf = (state: string) => (state === 'ok' ? 'OK' : formatWord(state))

/** A state in a word; its colour says nothing that the word does not. */
export function Badge({ state }: { readonly state: string }) {
  return <span class={`badge ${TONES[state] ?? 'calm'}`}>{wordOf(state)}</span>
}
