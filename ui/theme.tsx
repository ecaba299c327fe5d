import { useEffect, useState } from 'preact/hooks'

type Theme = 'light dark' | 'light' | 'dark'

const KEY = 'millrace-theme'
/** Sent to the window when colours may have changed: what is drawn on a canvas does not follow by itself. */
export const THEME_CHANGED = 'millrace-theme-changed'
const DARK = matchMedia('(prefers-color-scheme: dark)')
DARK.addEventListener('change', () => window.dispatchEvent(new Event(THEME_CHANGED)))

/** Light or dark; as the system has it until somebody says otherwise. */
export function ThemeButton() {
  const [theme, setTheme] = useState(remembered)
  useEffect(() => {
    document.documentElement.style.colorScheme = theme
    window.dispatchEvent(new Event(THEME_CHANGED))
  }, [theme])
  const isDark = theme === 'dark' || (theme === 'light dark' && DARK.matches)
  const other = isDark ? 'light' : 'dark'
  return (
    <button
      type="button"
      class="theme"
      aria-label={`Use ${other} colours`}
      title={`Use ${other} colours`}
      onClick={() => {
        setTheme(other)
        remember(other)
      }}
    >
      {isDark ? '☀' : '☾'}
    </button>
  )
}

function remembered(): Theme {
  try {
    const theme = localStorage.getItem(KEY)
    return theme === 'light' || theme === 'dark' ? theme : 'light dark'
  } catch {
    return 'light dark'
  }
}

/** Where a browser keeps nothing, the choice is for this page. */
function remember(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // It said no.
  }
}
