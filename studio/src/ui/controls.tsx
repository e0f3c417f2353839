import type { ComponentChildren } from 'preact'

interface FieldProps {
  readonly label: string
  readonly hint?: string
  readonly children: ComponentChildren
}

/** A control with its name above it. */
export function Field({ label, hint, children }: FieldProps) {
  return (
    <label class="field" title={hint}>
      <span>{label}</span>
      {children}
    </label>
  )
}

interface SliderProps {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly step: number
  /** The value for people. */
  readonly shown: string
  readonly onInput: (value: number) => void
}

/** A slider with its name and value. */
export function Slider({ label, value, min, max, step, shown, onInput }: SliderProps) {
  return (
    <label class="field slider">
      <span>
        {label} <output>{shown}</output>
      </span>
      <input
        type="range"
        aria-label={label}
        aria-valuetext={shown}
        {...{ value, min, max, step }}
        onInput={({ currentTarget }) => onInput(currentTarget.valueAsNumber)}
      />
    </label>
  )
}

interface ChoiceProps<Name extends string> {
  readonly label: string
  readonly value: Name
  readonly choices: readonly { readonly name: Name; readonly title: string; readonly hint?: string }[]
  readonly onChoose: (name: Name) => void
}

/** A few choices side by side. */
export function Choice<Name extends string>({ label, value, choices, onChoose }: ChoiceProps<Name>) {
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (move === undefined) return
    event.preventDefault()
    const at = choices.findIndex(({ name }) => name === value)
    const next = (at + move + choices.length) % choices.length
    onChoose(choices[next]!.name)
    const buttons = (event.currentTarget as Element).querySelectorAll('button')
    buttons[next]?.focus()
  }
  return (
    <div class="choice" role="radiogroup" aria-label={label} onKeyDown={onKeyDown}>
      {choices.map(({ name, title, hint }) => (
        <button
          key={name}
          type="button"
          role="radio"
          title={hint}
          aria-checked={name === value}
          tabIndex={name === value ? 0 : -1}
          onClick={() => onChoose(name)}
        >
          {title}
        </button>
      ))}
    </div>
  )
}
