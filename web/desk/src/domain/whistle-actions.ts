import type { Profile, Role, Whistle, WhistleLeg } from '@shared/api-types'

export type WhistleAction = 'blow' | 'dispatch' | 'sign' | 'arrive' | 'result' | 'verify' | 'rate' | 'close'

interface Rule {
  states: Whistle['state'][]
  roles: Role[]
  /** For a department: the state its own leg must be in. */
  leg?: WhistleLeg['state'][]
}

/** Which buttons to show. The service checks again and has the last word. */
const RULES: Record<WhistleAction, Rule> = {
  blow: { states: ['reported'], roles: ['street_officer'] },
  dispatch: { states: ['blown'], roles: ['street_officer'] },
  sign: { states: ['dispatched', 'handling'], roles: ['department_officer'], leg: ['dispatched'] },
  arrive: { states: ['dispatched', 'handling'], roles: ['department_officer'], leg: ['signed'] },
  result: { states: ['handling'], roles: ['department_officer'], leg: ['arrived'] },
  verify: { states: ['result_submitted'], roles: ['street_officer', 'grid_worker', 'community_officer'] },
  rate: { states: ['verified'], roles: ['street_officer'] },
  close: { states: ['rated'], roles: ['street_officer'] },
}

/** The part of a whistle that is this person's organisation's own, if any. */
export function ownLeg(whistle: Whistle, who: Profile): WhistleLeg | null {
  return whistle.legs?.find((leg) => leg.organisation === who.org) ?? null
}

export function permittedActions(whistle: Whistle, who: Profile): WhistleAction[] {
  const leg = ownLeg(whistle, who)
  return (Object.keys(RULES) as WhistleAction[]).filter((action) => {
    const rule = RULES[action]
    if (!rule.states.includes(whistle.state) || !rule.roles.some((role) => who.roles.includes(role))) return false
    return rule.leg === undefined || (leg !== null && rule.leg.includes(leg.state))
  })
}

/** True where any clock of the whistle has run out. */
export function isLate(whistle: Whistle): boolean {
  const own = Array.isArray(whistle.overdue) ? whistle.overdue.length > 0 : whistle.overdue === true
  return own || (whistle.legs ?? []).some((leg) => (leg.overdue ?? []).length > 0)
}
