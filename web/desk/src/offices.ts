import { onMounted, shallowRef, type ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'

import type { Organisation } from '@shared/api-types'
import { nameIn } from '@shared/names'

import { directory } from './app'

/** Names of organisations for a page; a code that is not known is shown as it is. */
export function useOffices(): {
  all: ShallowRef<Map<string, Organisation>>
  name: (code: string | null | undefined) => string
} {
  const { locale } = useI18n()
  const all = shallowRef<Map<string, Organisation>>(new Map())
  onMounted(async () => {
    all.value = await directory.all()
  })
  const name = (code: string | null | undefined): string => {
    const known = code ? all.value.get(code) : undefined
    return known ? nameIn(known, locale.value) : (code ?? '—')
  }
  return { all, name }
}
