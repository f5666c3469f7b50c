import type { AdmissionItem, Profile, Role } from '@shared/api-types'

export type ItemAction = 'submit' | 'opinions' | 'review' | 'decide' | 'payments' | 'revoke'

const RULES: Record<ItemAction, { states: string[]; roles: Role[] }> = {
  submit: { states: ['draft', 'returned'], roles: ['department_officer', 'secretariat'] },
  opinions: {
    states: ['submitted', 'reviewed'],
    roles: ['street_officer', 'community_officer', 'finance_officer'],
  },
  review: { states: ['submitted'], roles: ['secretariat'] },
  decide: { states: ['reviewed'], roles: ['approver'] },
  payments: {
    states: ['approved', 'active', 'suspended', 'expired', 'revoked'],
    roles: ['finance_officer'],
  },
  revoke: { states: ['approved', 'active', 'suspended'], roles: ['secretariat', 'approver'] },
}

/** Which buttons to show for an item; the service has the last word. */
export function permittedItemActions(item: AdmissionItem, who: Profile): ItemAction[] {
  return (Object.keys(RULES) as ItemAction[]).filter((action) => {
    const rule = RULES[action]
    if (!rule.states.includes(item.state)) return false
    // Only the applicant hands its own application in.
    if (action === 'submit' && item.organisation !== who.org) return false
    return rule.roles.some((role) => who.roles.includes(role))
  })
}
