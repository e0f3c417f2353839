import { effect, signal } from '@preact/signals'

type Theme = 'system' | 'light' | 'dark'

const themes: readonly { readonly name: Theme; readonly sign: string }[] = [
  { name: 'system', sign: '◐' },
  { name: 'light', sign: '☀' },
  { name: 'dark', sign: '☾' },
]

const key = 'sluice-studio-theme'

/** Storage may be forbidden; then the choice lasts as long as the page. */
function stored(): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** The theme that was chosen; `system` follows the reader's machine. */
export const theme = signal<Theme>(themes.find(({ name }) => name === stored())?.name ?? 'system')

const systemDark = matchMedia('(prefers-color-scheme: dark)')

/** Whether the page is dark now: what canvases need to know. */
export const isDark = signal(systemDark.matches)

function follow(): void {
  isDark.value = theme.value === 'system' ? systemDark.matches : theme.value === 'dark'
  document.documentElement.dataset['theme'] = isDark.value ? 'dark' : 'light'
}

systemDark.addEventListener('change', follow)
effect(follow)

function choose(name: Theme): void {
  theme.value = name
  try {
    localStorage.setItem(key, name)
  } catch {
    // the choice lasts as long as the page
  }
}

/** Goes from one theme to the next. */
export function ThemeSwitch() {
  const at = themes.findIndex(({ name }) => name === theme.value)
  const next = themes[(at + 1) % themes.length]!
  return (
    <button
      type="button"
      class="quiet theme"
      title={`Theme: ${theme.value}`}
      aria-label={`Theme: ${theme.value}. Change to ${next.name}`}
      onClick={() => choose(next.name)}
    >
      {themes[at]!.sign}
    </button>
  )
}
