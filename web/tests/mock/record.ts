/** Households, explanations, contradictions, the matrix and webhooks in the stand-in. */

import { type Answer, type Handler, json, ok } from './answers'
import { GRID } from './people'
import { getResident, purposeless } from './registry'

const member = {
  id: 'res-0-0',
  version: 3,
  name: '金哲洙',
  name_ko: '김철수',
  sex: '1',
  born_on: '1950-01-15',
  relation: '0',
  dwelling: `${GRID}00001010101`,
  phone: '138****1000',
  from: '2020-01-01',
  to: null,
}

const household: Handler = (request) =>
  purposeless(request.headers) ??
  ok({
    id: 'home-0',
    county: '222406',
    version: 7,
    number: '117000001',
    kind: 'elder_couple',
    dwelling: member.dwelling,
    address: '文化社区园辉路1号楼1单元101室',
    head_id: 'res-0-0',
    valid_from: '2020-01-01',
    valid_to: null,
    on: request.query.get('valid_on'),
    members: [member, { ...member, id: 'res-0-1', name: '崔英子', name_ko: '최영자', sex: '2', relation: '1' }],
    registered: [member],
    dwellings: [{ dwelling: member.dwelling, use: 'main', from: '2020-01-01', to: null }],
    heads: [{ head_id: 'res-0-0', from: '2020-01-01', to: null }],
  })

const said = { value: 'employed', source: 'grid_visit', domain: 'social_security', organisation: null, observed_on: '2025-01-10' }

const explained: Handler = (request, state, found) => {
  const answer = getResident(request, state, found)
  if (request.query.get('explain') !== 'true' || answer.status !== 200) return answer
  const field = request.query.get('fields') ?? ''
  const shown = { ...said, recorded_at: '2025-01-10T08:00:00Z', rank: 1, max_age_days: null }
  const lost = { ...shown, value: 'unemployed', source: 'department_push', domain: 'health', rank: 2, reason: 'rank' }
  return ok({ ...(answer.body as object), explanation: { [field]: { authority: 1, shown, others: [lost] } } })
}

const verifications: Handler = (request, { checks }) => {
  const isWanted = request.query.get('state') === checks.verifications
  const item = {
    id: 'ver-1', county: '222406', resident_id: 'res-0-0', name: '金哲洙', dwelling: member.dwelling, version: 3,
    field: 'family_doctor', state: checks.verifications, shown: { ...said, value: '朴医生' }, claimed: { ...said, value: '李医生' },
    opened_at: '2026-11-20T08:00:00Z', age_days: 4, outcome: null, resolved_by: null, resolved_organisation: null, resolved_at: null, note: null,
  }
  return purposeless(request.headers) ?? ok({ items: isWanted ? [item] : [], next: null })
}

/** Who moves in is listed from then on; the rules of the other kinds are the service's own tests. */
const lifeEvent: Handler = (request, state) => {
  const { household_id: home, newcomers = [], people = [] } = json(request) as unknown as {
    household_id?: string
    newcomers?: { name: string; sex: string }[]
    people?: string[]
  }
  const joined = state.households.find((one) => one.id === home)
  for (const { name, sex } of joined ? newcomers : []) joined?.members.push({ id: `new-${name}`, version: 1, name, sex })
  return ok({ id: 'le-1', residents: Object.fromEntries(people.map((id) => [id, 9])), households: {} }, 201)
}

const disputes: Handler = (request, { checks }) => {
  const isWanted = request.query.get('state') === checks.disputes
  const item = {
    id: 'dis-1', county: '222406', resident_id: 'res-0-0', field: 'chronic_disease', state: checks.disputes, statement: '没有高血压。',
    opened_by: 's', opened_organisation: '222406', opened_at: '2026-11-20T08:00:00Z', age_days: 4,
    decided_by: null, decided_organisation: null, decided_at: null, reason: null,
  }
  return purposeless(request.headers) ?? ok({ items: isWanted ? [item] : [], next: null })
}

const version = {
  number: 1, version: 1, state: 'active', base: null, former: null, note: '主管部门优先', made_by: 'OneGrid', organisation: '',
  made_at: '2026-11-24T08:00:00Z', activated_by: 'OneGrid', activated_at: '2026-11-24T08:00:00Z', fields: [],
  progress: { state: null, residents_seen: 0, residents_changed: 0, values_changed: 0 },
}
const ranks = [
  { field: 'family_doctor', domain: 'health', rank: 1, max_age_days: 365 },
  { field: 'family_doctor', domain: 'housing', rank: 2, max_age_days: null },
]

const hook = {
  id: 'hook-1', version: 1, organisation: '222406.health', areas: ['222406'], domains: ['health'], url: 'https://example.org/in', types: [],
  description: '卫生平台', active: true, stopped_for: null, created_at: '2026-11-24T08:00:00Z', former_secret_until: null,
  health: { state: 'struggling', pending: 2, dead: 1, last_success_at: '2026-11-24T08:00:00Z', last_failure_at: '2026-11-24T09:00:00Z', last_outcome: '500' },
}
const delivery = {
  id: 'del-1', event_id: 'e', event_type: 'registry.resident.corrected.v1', state: 'dead', attempts: 12, replays: 0,
  created_at: '2026-11-24T08:00:00Z', attempted_at: '2026-11-24T09:00:00Z', next_attempt_at: null, finished_at: null, outcome: '500',
}
const page = (...items: unknown[]): Answer => ok({ items, next: null })

export const RECORD_ROUTES: [string, RegExp, Handler][] = [
  ['GET', /^\/registry\/v1\/residents\/(res-0-0)$/, explained],
  ['GET', /^\/registry\/v1\/residents\/([\w-]+)\/households$/, () => ok({ living: [{ household_id: 'home-0', relation: '0', dwelling: member.dwelling, from: '2020-01-01', to: null }], registered: [] })],
  ['POST', /^\/registry\/v1\/residents\/([\w-]+)\/disputes$/, () => ok({ id: 'dis-2' }, 201)],
  ['GET', /^\/registry\/v1\/households\/([\w-]+)$/, household],
  ['POST', /^\/registry\/v1\/life-events$/, lifeEvent],
  ['GET', /^\/registry\/v1\/verifications$/, verifications],
  ['POST', /^\/registry\/v1\/verifications\/([\w-]+)\/resolve$/, (_request, { checks }) => {
    checks.verifications = 'resolved'
    return ok({ id: 'ver-1', version: 4 })
  }],
  ['GET', /^\/registry\/v1\/disputes$/, disputes],
  ['POST', /^\/registry\/v1\/disputes\/([\w-]+)\/decide$/, (_request, { checks }) => {
    checks.disputes = 'upheld'
    return ok({ id: 'dis-1' })
  }],
  ['GET', /^\/registry\/v1\/import-mappings$/, () => page()],
  ['POST', /^\/registry\/v1\/import-mappings$/, () => ok({ id: 'map-1' }, 201)],
  ['GET', /^\/registry\/v1\/findings$/, () => page({ kind: 'grid_too_large', title: '网格户数过多', area: { code: GRID, level: 'grid', name: '第一网格' }, other: null, measured: 612, unit: '户', limit: { least: 300, most: 500 }, source: '' })],
  ['GET', /^\/registry\/v1\/authority$/, () => ok({ ...version, ranks })],
  ['GET', /^\/registry\/v1\/authority\/versions$/, () => page(version)],
  ['GET', /^\/registry\/v1\/webhooks$/, () => page(hook)],
  ['GET', /^\/registry\/v1\/webhooks\/hook-1$/, () => ok(hook)],
  ['GET', /^\/registry\/v1\/webhooks\/hook-1\/deliveries$/, () => page(delivery)],
  ['POST', /^\/registry\/v1\/webhooks\/hook-1\/deliveries\/del-1\/replay$/, () => ok(delivery, 202)],
]
