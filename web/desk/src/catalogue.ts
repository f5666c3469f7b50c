/** The field catalogue and the words of codes, read once; names of areas as they are asked for. */

import { onMounted, reactive, shallowRef, type ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'

import type { CatalogueField, CodeSet } from '@shared/api-registry'
import type { Area } from '@shared/api-types'
import { nameIn } from '@shared/names'

import { api, languages, naming } from './app'
import { valueText } from './domain/fields'

const fields = shallowRef<CatalogueField[]>([])
const sets = shallowRef(new Map<string, CodeSet>())
let reading: Promise<void> | null = null

async function read(): Promise<void> {
  const [found, words] = await Promise.all([
    api.get<{ items: CatalogueField[] }>('/registry/v1/fields'),
    api.get<{ items: CodeSet[] }>('/registry/v1/code-sets'),
  ])
  fields.value = found.items
  sets.value = new Map(words.items.map((set) => [set.code, set]))
  naming.field = (code) => {
    const named = found.items.find((item) => item.code === code)
    return named ? nameIn(named, languages.current) : code
  }
}

/** Both are reference data of the release: one reading serves the whole visit. */
export function readCatalogue(): Promise<void> {
  reading ??= read().catch((failure: unknown) => {
    reading = null
    throw failure
  })
  return reading
}

export function useCatalogue(): {
  fields: ShallowRef<CatalogueField[]>
  sets: ShallowRef<Map<string, CodeSet>>
  field: (code: string) => CatalogueField | undefined
  label: (code: string) => string
  text: (code: string, value: unknown) => string
} {
  const { t, te, locale } = useI18n()
  onMounted(() => void readCatalogue().catch(() => undefined))
  const field = (code: string): CatalogueField | undefined => fields.value.find((item) => item.code === code)
  const words = {
    get yes() {
      return t('common.yes')
    },
    get no() {
      return t('common.no')
    },
    none: '—',
    document: (kind: string): string => (te(`document.${kind}`, 'zh-CN') ? t(`document.${kind}`) : kind),
  }
  return {
    fields,
    sets,
    field,
    label: (code) => {
      const found = field(code)
      return found ? nameIn(found, locale.value) : code
    },
    text: (code, value) => {
      const found = field(code)
      return found ? valueText(found, value, sets.value, locale.value, words) : String(value ?? '—')
    },
  }
}

const areas = reactive(new Map<string, Area | null>())
const asked = new Set<string>()

/** Names and addresses of areas by code; an area that is not told keeps its code. */
export function useAreas(): { need: (codes: Iterable<string | null | undefined>) => void; area: (code: string) => Area | null } {
  function need(codes: Iterable<string | null | undefined>): void {
    for (const code of codes) {
      if (!code || asked.has(code)) continue
      asked.add(code)
      api
        .get<Area>(`/registry/v1/areas/${code}`)
        .then((area) => areas.set(code, area))
        .catch(() => asked.delete(code))
    }
  }
  return { need, area: (code) => areas.get(code) ?? null }
}
