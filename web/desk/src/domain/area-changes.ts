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
  return Object.entries(CHECKS)
    .filter(([, isRight]) => !isRight(form))
    .map(([name]) => name)
}

const isCode = (code: string): boolean => levelOf(code) !== null

const CHECKS: Record<string, (form: AreaChangeForm) => boolean> = {
  effective_on: (form) => form.effectiveOn !== '',
  document: (form) => form.document.trim() !== '',
  old: (form) => form.old.every(isCode) && new Set(form.old).size === form.old.length,
  new_code: (form) => form.new.every((area) => isCode(area.code)),
  name: (form) => {
    if (form.kind === 'recode' || form.kind === 'reparent') return true
    const keeps = form.kind === 'rename' ? [] : form.old
    return form.new.every((area) => area.name.trim() !== '' || keeps.includes(area.code))
  },
  assignment: (form) => {
    const given = Object.values(form.assignment)
    return form.kind !== 'split' || form.new.every((area) => given.includes(area.code))
  },
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
