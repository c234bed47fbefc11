import type { InputHTMLAttributes } from 'preact'
import { useId } from 'preact/hooks'

interface Labelled {
  readonly label: string
  readonly value: string
  readonly onValue: (value: string) => void
}

/** What a text field may say of its content. */
interface TextKind {
  readonly type?: 'text' | 'password' | 'date' | 'datetime-local' | 'url'
  readonly inputmode?: 'decimal'
  readonly autocomplete?: 'username' | 'current-password' | 'new-password' | 'off'
  readonly spellcheck?: boolean
  readonly required?: boolean
  readonly autofocus?: boolean
  /** How many letters are seen. */
  readonly size?: number
  readonly maxlength?: number
}

/** A labelled text field. */
export function TextField({ label, value, onValue, ...rest }: Labelled & TextKind) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {/* Preact's types know each kind of field apart, not several in one. */}
      <input
        {...(rest as InputHTMLAttributes)}
        id={id}
        value={value}
        onInput={(e) => onValue(e.currentTarget.value)}
      />
    </div>
  )
}

/** What can be chosen: a value, and how it is shown. */
export type Choices = readonly (readonly [value: string, text: string])[]

/** A labelled list to choose from. */
export function ChoiceField({
  label,
  value,
  onValue,
  choices,
}: Labelled & { readonly choices: Choices }) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(e) => onValue(e.currentTarget.value)}>
        {choices.map(([choice, text]) => (
          <option key={choice} value={choice}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}
