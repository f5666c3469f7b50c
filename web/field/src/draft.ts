/** The words of a whistle that is being written: they outlive a sign-in in between, but not the tab. */

const KEY = 'onegrid.field.draft'

export function keepDraft(words: Record<string, string>): void {
  sessionStorage.setItem(KEY, JSON.stringify(words))
}

export function readDraft(): Record<string, string> {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Record<string, string>
  } catch {
    return {}
  }
}

export function forgetDraft(): void {
  sessionStorage.removeItem(KEY)
}
