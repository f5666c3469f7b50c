import type { AdmissionItem, Profile, Role } from '@shared/api-types'

export type ItemAction = 'submit' | 'review' | 'decide' | 'payments'

const RULES: Record<ItemAction, { states: string[]; roles: Role[] }> = {
  submit: { states: ['draft', 'returned'], roles: ['department_officer'] },
  review: { states: ['submitted'], roles: ['secretariat'] },
  decide: { states: ['reviewed'], roles: ['approver'] },
  payments: { states: ['approved', 'active', 'suspended'], roles: ['finance_officer'] },
}

/** Which buttons to show for an item; the service has the last word. */
export function permittedItemActions(item: AdmissionItem, who: Profile): ItemAction[] {
  return (Object.keys(RULES) as ItemAction[]).filter((action) => {
    const rule = RULES[action]
    return rule.states.includes(item.state) && rule.roles.some((role) => who.roles.includes(role))
  })
}
