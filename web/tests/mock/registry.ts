/** The registry's part of the stand-in: catalogue, residents, areas in time, jobs. Shapes as the service answers. */

import type { AreaChange, CatalogueField, CodeSet, Resident } from '@shared/api-registry'

import { type Answer, type Handler, json, ok, problem } from './answers'
import { COMMUNITY, GRID } from './people'

const field = (
  code: string,
  name_zh: string,
  owner: string,
  more: Partial<CatalogueField> = {},
): CatalogueField => ({
  code,
  name_zh,
  name_ko: null,
  name_en: code,
  type: 'text',
  code_set: null,
  owner,
  readers: ['health', 'social_security'],
  sensitivity: 'personal',
  freshness_days: null,
  legal_basis: '户口登记条例',
  collected_by: 'grid_worker',
  ...more,
})

const FIELDS: CatalogueField[] = [
  field('name', '姓名', 'public_security'),
  field('name_ko', '朝鲜文姓名', 'public_security'),
  field('sex', '性别', 'public_security', { type: 'code', code_set: 'sex' }),
  field('born_on', '出生日期', 'public_security', { type: 'date' }),
  field('document', '公民身份号码', 'public_security', { type: 'document', sensitivity: 'sensitive' }),
  field('phone', '联系电话', 'public_security', { type: 'phone', freshness_days: 365 }),
  field('household_id', '户', 'public_security', { type: 'id' }),
  field('relation', '与户主关系', 'public_security', { type: 'code', code_set: 'family_relation' }),
  field('dwelling', '现住房屋', 'public_security', { type: 'area' }),
  field('employment_status', '就业状况', 'social_security', { type: 'code', code_set: 'employment_status', freshness_days: 180 }),
  field('chronic_disease', '慢性病', 'health', { type: 'code', code_set: 'chronic_disease', sensitivity: 'sensitive', readers: [] }),
  field('family_doctor', '签约医生', 'health', { freshness_days: 365 }),
]

const set = (code: string, values: [string, string][]): CodeSet => ({
  code,
  name_zh: code,
  values: values.map(([value, name_zh]) => ({ code: value, name_zh, name_ko: null, name_en: value })),
})

const SETS = [
  set('sex', [['1', '男'], ['2', '女']]),
  set('family_relation', [['0', '本人或户主'], ['1', '配偶'], ['2', '子']]),
  set('employment_status', [['employed', '在业'], ['unemployed', '失业']]),
  set('chronic_disease', [['hypertension', '高血压'], ['diabetes', '糖尿病']]),
]

export const PERSON: Resident = {
  id: 'res-0-0',
  county: '222406',
  version: 3,
  name: '金哲洙',
  name_ko: '김철수',
  sex: '1',
  born_on: '1950-01-15',
  document: { kind: 'resident_id', number: '229999********0018' },
  phone: '138****1000',
  household_id: 'home-0',
  relation: '0',
  dwelling: `${GRID}00001010101`,
  disputed: ['employment_status'],
  facts: {
    employment_status: { value: 'employed', source: 'grid_visit', domain: 'social_security', observed_on: '2025-01-10' },
    chronic_disease: { value: 'hypertension', source: 'department_push', domain: 'health', observed_on: '2026-10-01' },
    family_doctor: { value: '朴医生', source: 'department_push', domain: 'health', observed_on: '2026-10-01' },
  },
}

/** Nothing beyond the fields asked for, as the service has it. */
function restricted(codes: string[]): Record<string, unknown> {
  const { id, county, version, facts = {}, disputed = [], ...core } = PERSON
  const wanted = new Set(codes)
  const told = Object.fromEntries(Object.entries(core).filter(([code]) => wanted.has(code)))
  const kept = Object.fromEntries(Object.entries(facts).filter(([code]) => wanted.has(code)))
  const marked = disputed.filter((code) => wanted.has(code))
  return { id, county, version, ...told, ...(Object.keys(kept).length > 0 ? { facts: kept } : {}), ...(marked.length > 0 ? { disputed: marked } : {}) }
}

export const purposeless = (headers: Record<string, string | undefined>): Answer | null =>
  headers['onegrid-purpose'] ? null : problem(400, 'purpose-required', '请说明查阅事由')

export const getResident: Handler = (request, state, [, id]) => {
  const refused = purposeless(request.headers)
  if (refused) return refused
  if (id !== PERSON.id) return problem(404, 'nothing-here', '未找到')
  const codes = (request.query.get('fields') ?? '').split(',')
  // The phone's household list holds the same person: what changed there is what is shown here.
  const listed = state.households.flatMap((home) => home.members).find((member) => member.id === id)
  const isNewer = listed !== undefined && listed.version > PERSON.version
  const changed = isNewer ? { version: listed.version, ...(codes.includes('phone') ? { phone: listed.phone } : {}) } : {}
  return ok({ ...restricted(codes), ...changed })
}

const search: Handler = (request) => {
  const refused = purposeless(request.headers)
  if (refused) return refused
  const body = json(request)
  const isFound = typeof body['name'] !== 'string' || '金哲洙'.startsWith(body['name'])
  const items = isFound ? [restricted(body['fields'] as string[])] : []
  return ok({ items, next: null, ...(body['count'] ? { count: { value: items.length, capped: false } } : {}) })
}

const accessLog: Handler = () =>
  ok({
    items: [
      {
        read_at: '2026-11-24T08:00:00Z',
        organisation: '222406.health',
        organisation_name: '和龙市卫生健康局',
        reader: '王强',
        role: 'department_officer',
        purpose: 'public_service',
        fields: ['name', 'phone'],
        operation: 'registry.residents.get',
        request_id: null,
      },
    ],
    next: null,
  })

const changes: AreaChange[] = []

const askChange: Handler = (request) => {
  const body = json(request)
  const made = {
    id: `change-${String(changes.length)}`,
    state: 'scheduled',
    note: null,
    asked_by: request.who.name,
    organisation: request.who.org,
    asked_at: '2026-11-24T08:00:00Z',
    error: null,
    progress: { phase: null, rows_total: 0, rows_done: 0 },
    ...body,
  } as AreaChange
  changes.push(made)
  return ok({ ...made, lineage: [] }, 202)
}

const history: Handler = (_request, _state, [, code]) =>
  ok({
    code,
    versions: [
      { name: '旧名', name_ko: null, name_en: null, urban: true, address: null, change_id: null, valid_from: '2000-01-01', valid_to: '2024-01-01' },
      { name: '文化社区', name_ko: null, name_en: null, urban: true, address: null, change_id: 'c', valid_from: '2024-01-01', valid_to: null },
    ],
    successors: [],
    predecessors: [{ code: '222406001009', kind: 'recode', effective_on: '2024-01-01', change_id: 'c' }],
  })

const square = (code: string, west: number): unknown => ({
  type: 'Feature',
  id: code,
  geometry: {
    type: 'Polygon',
    coordinates: [[[west, 42.5], [west + 0.01, 42.5], [west + 0.01, 42.51], [west, 42.51], [west, 42.5]]],
  },
  properties: { code, name: `网格${code.slice(-1)}`, name_ko: null, level: 'grid', boundary_version: 1 },
})

const features: Handler = () =>
  ok({ type: 'FeatureCollection', features: [square(GRID, 129), square(`${COMMUNITY}002`, 129.01)] })

const reconciliation = {
  id: 'rec-1',
  state: 'done',
  phase: null,
  county: '222406',
  within: '222406',
  domain: 'health',
  file: { name: '名单.csv', size_bytes: 10 },
  columns: { used: [{ heading: '姓名', field: 'name' }], ignored: [] },
  progress: { read_to: 3, compared_to: 3 },
  summary: {
    rows: { total: 120, rejected: 1, duplicates: 2 },
    persons: { added: 4, missing: 3, changed: 10, contradicting: 1, same: 100, elsewhere: 2 },
    fields: { chronic_disease: { changed: 10, contradicting: 1, confirmed: 5, same: 90 } },
  },
  differences_listed: 20,
  differences_truncated: false,
  error: null,
  created_at: '2026-11-24T08:00:00Z',
  links: { file: '/registry/v1/reconciliations/rec-1/file', apply: '/registry/v1/reconciliations/rec-1/apply', cancel: null },
}

const differences: Handler = (request) =>
  purposeless(request.headers) ??
  ok({
    items: [
      {
        no: 1,
        kind: 'changed',
        field: 'chronic_disease',
        row: 7,
        resident: { id: PERSON.id, name: PERSON.name },
        file: { value: 'diabetes', observed_on: '2026-11-01' },
        registry: { value: 'hypertension', source: 'department_push', domain: 'health', observed_on: '2026-10-01' },
      },
      { no: 2, kind: 'added', field: null, row: 9, resident: null, file: { name: '李某', document: { kind: 'resident_id', number: '229999********0026' } }, registry: null },
    ],
    next: null,
  })

const startExport: Handler = (request) => {
  const body = json(request)
  const made = {
    ...body,
    id: 'exp-1',
    state: 'done',
    within: (body['filter'] as { within: string }).within,
    filtered_by: [],
    masked: ['document'],
    limited_to_holders_of: [],
    purpose: request.headers['onegrid-purpose'],
    agreement: null,
    progress: { residents_total: 5, residents_done: 5, residents_most: 200000 },
    file: { media_type: 'text/csv', size_bytes: 10, sha256: '' },
    error: null,
    created_at: '2026-11-24T08:00:00Z',
    links: { file: '/registry/v1/exports/exp-1/file', cancel: null },
  }
  return ok(made, 202)
}

const file: Handler = () => ({ status: 200, raw: { type: 'text/csv', bytes: Buffer.from('姓名\r\n') } })

export const REGISTRY_ROUTES: [string, RegExp, Handler][] = [
  ['GET', /^\/registry\/v1\/fields$/, () => ok({ items: FIELDS, next: null })],
  ['GET', /^\/registry\/v1\/code-sets$/, () => ok({ items: SETS, next: null })],
  ['POST', /^\/registry\/v1\/residents\/search$/, search],
  ['POST', /^\/registry\/v1\/residents\/lookup$/, (request) => ok(restricted((json(request)['fields'] as string[])))],
  ['GET', /^\/registry\/v1\/residents\/(res-0-0)$/, getResident],
  ['GET', /^\/registry\/v1\/residents\/([\w-]+)\/access-log$/, accessLog],
  ['POST', /^\/registry\/v1\/residents\/([\w-]+)\/full-export$/, () => ok({ fields: [] })],
  ['GET', /^\/registry\/v1\/areas\/(\d+)\/history$/, history],
  ['GET', /^\/registry\/v1\/area-changes$/, () => ok({ items: changes, next: null })],
  ['POST', /^\/registry\/v1\/area-changes$/, askChange],
  ['GET', /^\/registry\/v1\/ogc\/collections\/(\w+)\/items$/, features],
  ['GET', /^\/registry\/v1\/imports$/, (_request, state) => ok({ items: state.imports, next: null })],
  ['POST', /^\/registry\/v1\/reconciliations$/, () => ok(reconciliation, 202)],
  ['GET', /^\/registry\/v1\/reconciliations$/, () => ok({ items: [reconciliation], next: null })],
  ['GET', /^\/registry\/v1\/reconciliations\/([\w-]+)$/, () => ok(reconciliation)],
  ['GET', /^\/registry\/v1\/reconciliations\/([\w-]+)\/differences$/, differences],
  ['GET', /^\/registry\/v1\/reconciliations\/([\w-]+)\/file$/, file],
  ['POST', /^\/registry\/v1\/reconciliations\/([\w-]+)\/apply$/, () => ok({}, 202)],
  ['POST', /^\/registry\/v1\/exports$/, startExport],
  ['GET', /^\/registry\/v1\/exports$/, () => ok({ items: [], next: null })],
  ['GET', /^\/registry\/v1\/exports\/([\w-]+)\/file$/, file],
]
