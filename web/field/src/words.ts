import { useI18n } from 'vue-i18n'

import type { EditableFact } from '@shared/api-types'

/** Codes of the interface as words; a code this app does not know is shown as it came. */
export function useWords(): {
  code: (set: string, value: string | null | undefined) => string
  fact: (field: EditableFact, value: string | null | undefined) => string
} {
  const { t, te } = useI18n()
  const code = (set: string, value: string | null | undefined): string => {
    if (!value) return ''
    const key = `${set}.${value}`
    // The source language holds every key; `te` of the shown language alone would miss the fallback.
    return te(key) || te(key, 'zh-CN') ? t(key) : value
  }
  return {
    code,
    fact: (field, value) => {
      if (!value) return t('common.none')
      return field === 'usual_language' ? code('language', value) : value
    },
  }
}
