import type { Profile, Whistle, WhistleLeg } from '@shared/api-types'

export type WhistleAction =
  | 'blow'
  | 'decline'
  | 'dispatch'
  | 'sign'
  | 'arrive'
  | 'result'
  | 'verify'
  | 'rate'
  | 'close'

/** What a person is to one whistle: the street that blows it, who reported it, a department that answers. */
type Part = 'street' | 'reporter' | 'handler'

interface Rule {
  action: WhistleAction
  states: Whistle['state'][]
  parts: Part[]
  /** For a department: the state its own leg must be in. */
  leg?: WhistleLeg['state']
}

/** Which buttons to show. The service checks again and has the last word. */
const RULES: Rule[] = [
  { action: 'blow', states: ['reported'], parts: ['street'] },
  { action: 'decline', states: ['reported'], parts: ['street'] },
  { action: 'dispatch', states: ['blown'], parts: ['street'] },
  { action: 'sign', states: ['dispatched', 'handling'], parts: ['handler'], leg: 'dispatched' },
  { action: 'arrive', states: ['dispatched', 'handling'], parts: ['handler'], leg: 'signed' },
  { action: 'result', states: ['handling'], parts: ['handler'], leg: 'arrived' },
  { action: 'verify', states: ['result_submitted'], parts: ['street', 'reporter'] },
  { action: 'rate', states: ['verified'], parts: ['street', 'reporter'] },
  { action: 'close', states: ['rated'], parts: ['street'] },
]

/** The last word of the address that carries an action out. */
export function pathOf(action: WhistleAction): string {
  return action === 'decline' ? 'close' : action
}

function partsOf(whistle: Whistle, who: Profile): Part[] {
  // Whoever answers for a part of it never judges it, whatever other role the account holds.
  if (legOf(whistle, who)) return who.roles.includes('department_officer') ? ['handler'] : []
  const parts: Part[] = []
  if (who.roles.includes('street_officer') && who.org === whistle.street) parts.push('street')
  if (who.sub === whistle.reported_by) parts.push('reporter')
  return parts
}

function legOf(whistle: Whistle, who: Profile): WhistleLeg | undefined {
  return whistle.legs.find((leg) => leg.organisation === who.org)
}

export function permittedActions(whistle: Whistle, who: Profile): WhistleAction[] {
  const parts = partsOf(whistle, who)
  const leg = legOf(whistle, who)?.state
  return RULES.filter(
    (rule) =>
      rule.states.includes(whistle.state) &&
      rule.parts.some((part) => parts.includes(part)) &&
      (rule.leg === undefined || rule.leg === leg),
  ).map((rule) => rule.action)
}
