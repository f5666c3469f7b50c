/** A search as a person fills it in, and as the registry takes it. */

import type { CatalogueField } from '@shared/api-registry'

export const OPS = ['eq', 'in', 'ge', 'le', 'missing', 'stale'] as const
export type Op = (typeof OPS)[number]

export interface Condition {
  field: string
  op: Op
  /** As typed; several values of `in` are separated by commas. */
  text: string
}

export interface SearchForm {
  within: string
  name: string
  phone: string
  address: string
  living: 'yes' | 'no' | 'both'
  where: Condition[]
}

export function emptySearch(within: string): SearchForm {
  return { within, name: '', phone: '', address: '', living: 'yes', where: [] }
}

const ORDERED = ['date', 'integer', 'decimal']
/** Nobody searches by these; documents have their own exact look-up. */
const NEVER = ['ethnic', 'document', 'household_id', 'dwelling', 'phone', 'name', 'name_ko', 'name_pinyin']

export function opsOf(field: CatalogueField): Op[] {
  const isOrdered = ORDERED.includes(field.type)
  return OPS.filter((op) => isOrdered || (op !== 'ge' && op !== 'le'))
    .filter((op) => op !== 'stale' || field.freshness_days !== null)
    // A sealed value is compared by its index: only for equality.
    .filter((op) => field.sensitivity !== 'sensitive' || op === 'eq' || op === 'in')
}

export function searchable(field: CatalogueField, domains: string[]): boolean {
  if (NEVER.includes(field.code)) return false
  return field.sensitivity !== 'sensitive' || domains.includes(field.owner)
}

export const takesValue = (op: Op): boolean => op !== 'missing' && op !== 'stale'

function typed(field: CatalogueField | undefined, text: string): unknown {
  const word = text.trim()
  if (field?.type === 'boolean') return word === 'true'
  if (field?.type === 'integer' || field?.type === 'decimal') return Number(word)
  return word
}

export interface WhereItem {
  field: string
  op: Op
  value?: unknown
}

export interface Filter {
  within: string
  name?: string
  phone?: string
  address?: string
  where?: WhereItem[]
  living?: boolean | null
}

/** The filter of the interface: what is empty is left out. */
export function filterOf(form: SearchForm, catalogue: CatalogueField[]): Filter {
  const filter: Filter = { within: form.within }
  for (const key of ['name', 'phone', 'address'] as const) {
    const text = form[key].trim()
    if (text) filter[key] = key === 'phone' ? text.replace(/[\s-]/g, '') : text
  }
  const where = form.where.filter((item) => item.field && (!takesValue(item.op) || item.text.trim()))
  if (where.length > 0) {
    filter.where = where.map(({ field, op, text }) => {
      const known = catalogue.find((item) => item.code === field)
      if (!takesValue(op)) return { field, op }
      const values = text.split(/[,，、]/).filter((part) => part.trim())
      return { field, op, value: op === 'in' ? values.map((part) => typed(known, part)) : typed(known, text) }
    })
  }
  if (form.living !== 'yes') filter.living = form.living === 'both' ? null : false
  return filter
}
