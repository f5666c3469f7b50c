/** Who may do what with the documents of a resident, and what is sent; the registry has the last word. */

import type { Profile, Role } from '@shared/api-types'

export const DOCUMENT_KINDS = ['resident_id', 'passport', 'hmt_permit', 'hmt_residence', 'foreign_permit'] as const

export type DocumentAct = 'add' | 'end' | 'correct'

const ADDERS: Role[] = ['grid_worker', 'community_officer', 'street_officer']

export function documentActs(who: Profile): DocumentAct[] {
  if (who.roles.includes('department_officer') && who.domains.includes('public_security')) return ['add', 'end', 'correct']
  return who.roles.some((role) => ADDERS.includes(role)) ? ['add'] : []
}

export interface DocumentForm {
  kind: string
  number: string
  issuedOn: string
  expiresOn: string
  isPrimary: boolean
  reason: string
}

export const emptyDocument = (): DocumentForm => ({ kind: 'resident_id', number: '', issuedOn: '', expiresOn: '', isPrimary: false, reason: '' })

/** Whether everything that this act needs is there. */
export function isComplete(act: DocumentAct, form: DocumentForm): boolean {
  return (act === 'end' || form.number.trim() !== '') && (act === 'add' || form.reason.trim() !== '')
}

export function documentBody(act: DocumentAct, form: DocumentForm): Record<string, unknown> {
  if (act === 'end') return { reason: form.reason.trim() }
  if (act === 'correct') return { number: form.number.trim(), reason: form.reason.trim() }
  return {
    kind: form.kind,
    number: form.number.trim(),
    ...(form.issuedOn ? { issued_on: form.issuedOn } : {}),
    ...(form.expiresOn ? { expires_on: form.expiresOn } : {}),
    primary: form.isPrimary,
  }
}
