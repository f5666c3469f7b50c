import { type Ref, ref, shallowRef } from 'vue'

import type { Page } from '@shared/api-types'

interface Listed<T> {
  items: Ref<T[]>
  /** Where the next page begins; null where there is none. */
  next: Ref<string | null>
  /** Takes a page in: the first instead of what is there, a later one behind it. */
  take: (page: Page<T>, after: string | null) => void
}

/** A list that arrives page by page. */
export function useListed<T>(): Listed<T> {
  const items: Ref<T[]> = shallowRef([])
  const next = ref<string | null>(null)
  function take(page: Page<T>, after: string | null): void {
    items.value = after ? [...items.value, ...page.items] : page.items
    next.value = page.next
  }
  return { items, next, take }
}
