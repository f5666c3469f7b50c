/** Names of the register's fields and words of their values, from the copy on the phone. */

import { useI18n } from 'vue-i18n'

import type { CatalogueField } from '@shared/api-registry'
import { nameIn } from '@shared/names'

import { catalogue } from './store/lists'

export interface Choice {
  value: unknown
  label: string
}

export function useFields(): {
  field: (code: string) => CatalogueField | undefined
  name: (code: string) => string
  text: (code: string, value: unknown) => string
  choices: (code: string) => Choice[]
} {
  const { t, locale } = useI18n()
  const field = (code: string): CatalogueField | undefined =>
    catalogue.value.value?.fields.find((item) => item.code === code)

  /** What a field can be where it is one of few; none where it is typed. */
  function choices(code: string): Choice[] {
    const known = field(code)
    if (known?.type === 'boolean') {
      return [
        { value: true, label: t('check.yes') },
        { value: false, label: t('check.no') },
      ]
    }
    const set = catalogue.value.value?.sets.find((item) => item.code === known?.code_set)
    return (set?.values ?? []).map((item) => ({ value: item.code, label: nameIn(item, locale.value) }))
  }

  return {
    field,
    choices,
    name: (code) => {
      const known = field(code)
      return known ? nameIn(known, locale.value) : code
    },
    text: (code, value) => {
      if (value === null || value === undefined || value === '') return t('common.none')
      const found = choices(code).find((choice) => choice.value === value)
      return found?.label ?? (typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value))
    },
  }
}
