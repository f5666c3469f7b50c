/** A change of areas as a person fills it in; the registry checks it again. */

import type { AreaChangeKind } from '@shared/api-registry'

import { levelOf } from './areas'

export const CHANGE_KINDS: AreaChangeKind[] = ['rename', 'recode', 'merge', 'split', 'reparent']

export interface NewArea {
  code: string
  name: string
  name_ko: string
  name_en: string
}

export interface AreaChangeForm {
  kind: AreaChangeKind
  effectiveOn: string
  document: string
  note: string
  old: string[]
  new: NewArea[]
  /** Part of the area that is split → code of the new area it goes to. */
  assignment: Record<string, string>
}

export const emptyArea = (code = ''): NewArea => ({ code, name: '', name_ko: '', name_en: '' })

/** How many areas a kind takes before and after; several where it is more than one. */
export function countsOf(kind: AreaChangeKind): { old: 'one' | 'several'; new: 'one' | 'several' } {
  return { old: kind === 'merge' ? 'several' : 'one', new: kind === 'split' ? 'several' : 'one' }
}

export function emptyChange(kind: AreaChangeKind, code: string, today: string): AreaChangeForm {
  const several = countsOf(kind)
  return {
    kind,
    effectiveOn: today,
    document: '',
    note: '',
    old: several.old === 'several' ? [code, ''] : [code],
    new: several.new === 'several' ? [emptyArea(code), emptyArea()] : [emptyArea(kind === 'rename' || kind === 'merge' ? code : '')],
    assignment: {},
  }
}

/** Names of what is still missing or cannot be right. */
export function gapsOf(form: AreaChangeForm): string[] {
  const gaps: string[] = []
  if (!form.effectiveOn) gaps.push('effective_on')
  if (!form.document.trim()) gaps.push('document')
  if (form.old.some((code) => levelOf(code) === null) || new Set(form.old).size !== form.old.length) gaps.push('old')
  if (form.new.some((area) => levelOf(area.code) === null)) gaps.push('new_code')
  const keeps = form.kind === 'rename' ? [] : form.old
  const needsName = form.kind === 'rename' || form.kind === 'merge' || form.kind === 'split'
  if (needsName && form.new.some((area) => !area.name.trim() && !keeps.includes(area.code))) gaps.push('name')
  if (form.kind === 'split' && form.new.some((area) => !Object.values(form.assignment).includes(area.code))) gaps.push('assignment')
  return gaps
}

/** The change as the interface takes it; what is empty is left out. */
export function changeOf(form: AreaChangeForm): Record<string, unknown> {
  return {
    kind: form.kind,
    effective_on: form.effectiveOn,
    document: form.document.trim(),
    ...(form.note.trim() ? { note: form.note.trim() } : {}),
    old: form.old,
    new: form.new.map((area) => Object.fromEntries(Object.entries(area).filter(([, text]) => text.trim() !== ''))),
    ...(form.kind === 'split' ? { assignment: form.assignment } : {}),
  }
}
