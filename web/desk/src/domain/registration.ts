/** Correcting where somebody is registered (户籍), which need not be where they live. */

import type { Profile } from '@shared/api-types'

import type { Outsider } from './life-events'

/** Public security decides; who else reads it may contradict, and the authority matrix ranks what they say. */
const SPEAKERS = ['public_security', 'family_planning', 'social_security', 'housing', 'education']

export function mayCorrectRegistration(who: Profile | null): boolean {
  return who !== null && who.roles.includes('department_officer') && who.domains.some((domain) => SPEAKERS.includes(domain))
}

export interface RegistrationForm {
  residency: string
  area: string
  household: 'same' | 'other' | 'none'
  /** Anybody of the household, found by their document. */
  member: Outsider | null
  relation: string
  since: string
}

export const emptyRegistration = (): RegistrationForm => ({ residency: '', area: '', household: 'same', member: null, relation: '', since: '' })

function householdOf(form: RegistrationForm): Record<string, unknown> {
  if (form.household === 'none') return { registered_household_id: null }
  return {
    ...(form.household === 'other' && form.member?.householdId ? { registered_household_id: form.member.householdId } : {}),
    ...(form.relation ? { registered_relation: form.relation } : {}),
    ...(form.since ? { registered_on: form.since } : {}),
  }
}

/** Only what somebody filled in; the rest stays as it is. */
export function registrationPatch(form: RegistrationForm): Record<string, unknown> {
  return {
    ...(form.residency ? { residency: form.residency } : {}),
    ...(form.area.trim() ? { registered_area: form.area.trim() } : {}),
    ...householdOf(form),
  }
}

export function isRegistrationComplete(form: RegistrationForm): boolean {
  if (form.household === 'other' && !form.member?.householdId) return false
  return Object.keys(registrationPatch(form)).length > 0
}
