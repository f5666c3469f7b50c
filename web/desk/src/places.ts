/** Places in words: the address of a home, the name of an area. */

import { useI18n } from 'vue-i18n'

import { nameIn } from '@shared/names'

import { useAreas } from './catalogue'
import { dwellingName } from './domain/areas'

export function usePlaces(): {
  need: (codes: Iterable<string | null | undefined>) => void
  place: (code: string | null | undefined) => string
} {
  const { t, locale } = useI18n()
  const areas = useAreas()
  const shown = (code: string): string => dwellingName(code)?.building ?? code
  return {
    need: (codes) => {
      areas.need([...codes].map((code) => (code ? shown(code) : null)))
    },
    place: (code) => {
      if (!code) return '—'
      const area = areas.area(shown(code))
      if (!area) return code
      const name = area.address ?? nameIn({ ...area, name_zh: area.name }, locale.value)
      const home = dwellingName(code)
      return home ? t('place.dwelling', { building: name, unit: home.unit, room: home.room }) : name
    },
  }
}
