import { createHash } from 'node:crypto'

import type { AdmissionItem, Household, ImportJob, Member, Suggestion, Whistle } from '@shared/api-types'

import { type Answer, type Handler, json, ok, problem, type Request } from './answers'
import { COMMUNITIES, GRID, GRID_AREA, ORGANISATIONS } from './people'
import { KEPT_ROUTES } from './kept'
import { RECORD_ROUTES } from './record'
import { REGISTRY_ROUTES } from './registry'
import { SAFEGUARD_ROUTES } from './safeguards'
import { advance, type MockState, whistle } from './state'

function stale(request: Request, version: number): Answer | null {
  const match = request.headers['if-match']
  if (!match) return problem(428, 'if-match-required', '缺少 If-Match')
  return match === `"${String(version)}"` ? null : problem(412, 'version-is-stale', '资料已被他人修改')
}

function resident(state: MockState, id: string): { home: Household; member: Member } | null {
  for (const home of state.households) {
    const member = home.members.find((candidate) => candidate.id === id)
    if (member) return { home, member }
  }
  return null
}

function masked(phone: string): string {
  return `${phone.slice(0, 3)}****${phone.slice(-4)}`
}

const patchResident: Handler = (request, state, [, id = '']) => {
  const found = resident(state, id)
  if (!found) return problem(404, 'nothing-here', '未找到')
  const refused = stale(request, found.member.version)
  if (refused) return refused
  const body = json(request)
  if (typeof body['phone'] === 'string') found.member.phone = masked(body['phone'])
  if (typeof body['usual_language'] === 'string') found.member.usual_language = body['usual_language']
  found.member.version += 1
  return ok(found.member)
}

const listHouseholds: Handler = (request, state, [, code]) => {
  if (code !== GRID) return problem(404, 'nothing-here', '未找到')
  const after = Number(request.query.get('after') ?? 0)
  const limit = Number(request.query.get('limit') ?? 50)
  const next = after + limit < state.households.length ? String(after + limit) : null
  return ok({ items: state.households.slice(after, after + limit), next })
}

const postWhistle: Handler = (request, state) => {
  const body = json(request) as unknown as Whistle
  if (body.title.includes('拒绝')) return problem(422, 'validation-failed', '内容有误', '标题不能含有“拒绝”。')
  state.seq += 1
  const made: Whistle = { ...whistle(`new-${String(state.seq)}`, 'reported', body.title), ...body, version: 1 }
  state.whistles.unshift(made)
  return ok(made, 201)
}

const moveWhistle: Handler = (request, state, [, id, action = '']) => {
  const found = state.whistles.find((candidate) => candidate.id === id)
  if (!found) return problem(404, 'nothing-here', '未找到')
  const refused = stale(request, found.version)
  if (refused) return refused
  advance(found, action, json(request), request.who)
  return ok(found)
}

const listWhistles: Handler = (request, state) => {
  const wanted = request.query.get('state')
  return ok({ items: state.whistles.filter((item) => !wanted || item.state === wanted), next: null })
}

const postAttachment: Handler = (request, state) => {
  const type = /Content-Type: (image\/\w+)\r\n\r\n/.exec(request.body.toString('latin1'))
  const start = request.body.indexOf('\r\n\r\n') + 4
  const end = request.body.lastIndexOf('\r\n--')
  state.seq += 1
  const id = `photo-${String(state.seq)}`
  const bytes = request.body.subarray(start, end)
  state.attachments.set(id, { type: type?.[1] ?? '', bytes })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return ok({ id, sha256, media_type: type?.[1], size_bytes: bytes.length }, 201)
}

const getAttachment: Handler = (_request, state, [, id = '']) => {
  const found = state.attachments.get(id)
  return found ? { status: 200, raw: found } : problem(404, 'nothing-here', '未找到')
}

const moveItem: Handler = (request, state, [, id, action]) => {
  const found = state.items.find((candidate) => candidate.id === id)
  if (!found) return problem(404, 'nothing-here', '未找到')
  const refused = stale(request, found.version)
  if (refused) return refused
  const body = json(request)
  if (action === 'opinions') {
    const { org: organisation, name: by } = request.who
    const comment = typeof body['comment'] === 'string' ? body['comment'] : null
    found.opinions = [{ organisation, by, comment, stance: String(body['stance']), given_at: '2026-11-24T08:00:00Z' }]
  }
  const verdict = String(body['decision'] ?? '')
  const to: Record<string, string> = { submit: 'submitted', payments: 'active', review: 'reviewed', decide: 'approved' }
  found.state = verdict === 'reject' ? 'rejected' : verdict === 'return' ? 'returned' : (to[action ?? ''] ?? found.state)
  if (action === 'payments') {
    found.funding.paid_fen = (found.funding.paid_fen) + Number(body['amount_fen'])
  }
  found.version += 1
  return ok(found)
}

const postItem: Handler = (request, state) => {
  state.seq += 1
  const body = json(request) as unknown as AdmissionItem
  const made: AdmissionItem = {
    ...body,
    id: `i-new-${String(state.seq)}`,
    version: 1,
    state: 'draft',
    organisation: request.who.org,
    funding: { ...body.funding, paid_fen: 0, arrears: false },
    approval: null,
  }
  state.items.unshift(made)
  return ok(made, 201)
}

const postImport: Handler = (_request, state) => {
  state.seq += 1
  const progress = { rows_total: 1200, rows_done: 1200, accepted: 1180, matched: 900, created: 280, changed: 120, rejected: 20, duplicates: 4, conflicts: 2 }
  const id = `job-${String(state.seq)}`
  const job: ImportJob = {
    id,
    state: 'done',
    created_at: '2026-11-24T08:00:00Z',
    file: { name: '卫生.csv' },
    progress,
    columns: {
      used: [{ heading: '姓名', field: 'name' }],
      ignored: [{ heading: '备注二', reason: 'unknown-heading' }],
    },
    error: null,
    links: { errors: `/registry/v1/imports/${id}/errors`, cancel: null },
  }
  state.imports.push(job)
  return ok(job, 202)
}

const ERRORS = 'ID号码,姓名,错误字段,原因\r\n229999199001010000,金某,证件号码,校验码不符\r\n'

const indicators = (items: unknown[]): Handler => {
  return (request) => ok({ as_of: '2026-11-24T08:00:00Z', within: request.query.get('within'), items })
}

const REGISTRY = [
  { figure: 'F07', code: 'completeness', name_zh: '登记完整率', name_ko: '등록 완비률', name_en: 'Completeness', value: 93.4, unit: '%', numerator: 4670, denominator: 5000, definition: '必填字段齐全的人数 ÷ 登记人数' },
]
const TASKS = [
  { figure: 'F21', code: 'whistle_closed_rate', name_zh: '吹哨办结率', name_ko: '호각 완결률', name_en: 'Whistles closed', organisation: '222406.housing', value: 88.89, unit: '%', numerator: 8, denominator: 9, definition: '办结的哨件 ÷ 受理的哨件' },
]
const ADMISSION = [
  { figure: 'F30', code: 'funding_arrival_rate', name_zh: '经费到位率', community: null, value: 75, unit: '%', numerator: 600000, denominator: 800000, definition: '按期到位金额 ÷ 应到位金额' },
]

const today: Handler = (_request, { checks }) =>
  ok({
    as_of: '2026-11-24T08:00:00Z',
    items: [
      { kind: 'verify_whistle', title: '三号楼前路灯不亮', area: GRID, subject_id: 'w-1', due_at: '2026-11-25T09:00:00Z' },
      { kind: 'open_whistle', title: '地下室积水', area: GRID, subject_id: 'w-2', due_at: '2026-11-24T12:00:00Z' },
      { kind: 'assignment', title: '老年人体检组织', area: GRID, subject_id: 'a-1', due_at: '2026-12-20T09:00:00Z' },
      ...(checks.verifications === 'open'
        ? [{ kind: 'verify_fact', title: '金哲洙', area: GRID, subject_id: 'ver-1', due_at: null, field: 'family_doctor', resident_id: 'res-0-0' }]
        : []),
    ],
    missing: [],
  })

/** Method and path pattern of each call the web apps make. */
export const ROUTES: [string, RegExp, Handler][] = [
  ...KEPT_ROUTES,
  ...RECORD_ROUTES,
  ...REGISTRY_ROUTES,
  ...SAFEGUARD_ROUTES,
  ['GET', /^\/identity\/v1\/me$/, (request) => ok(request.who)],
  ['GET', /^\/registry\/v1\/grids\/(\d+)\/households$/, listHouseholds],
  ['GET', /^\/registry\/v1\/residents\/([\w-]+)$/, (_r, state, [, id = '']) => ok(resident(state, id)?.member)],
  ['PATCH', /^\/registry\/v1\/residents\/([\w-]+)$/, patchResident],
  ['GET', /^\/registry\/v1\/areas$/, (request) => ok({ items: request.query.get('level') === 'grid' ? [GRID_AREA] : COMMUNITIES, next: null })],
  ['GET', /^\/registry\/v1\/areas\/(\d+)$/, (_r, _s, [, code]) => ok(COMMUNITIES.find((area) => area.code === code) ?? { ...GRID_AREA, valid_from: '2000-01-01', valid_to: null })],
  ['GET', /^\/registry\/v1\/organisations$/, () => ok({ items: ORGANISATIONS, next: null })],
  ['GET', /^\/registry\/v1\/indicators$/, indicators(REGISTRY)],
  ['POST', /^\/registry\/v1\/imports$/, postImport],
  ['GET', /^\/registry\/v1\/imports\/([\w-]+)$/, (_r, state, [, id]) => ok(state.imports.find((job) => job.id === id))],
  ['GET', /^\/registry\/v1\/imports\/([\w-]+)\/errors$/, () => ({ status: 200, raw: { type: 'text/csv', bytes: Buffer.from(ERRORS) } })],
  ['GET', /^\/tasks\/v1\/today$/, today],
  ['GET', /^\/tasks\/v1\/indicators$/, indicators(TASKS)],
  ['GET', /^\/tasks\/v1\/whistles$/, listWhistles],
  ['POST', /^\/tasks\/v1\/whistles$/, postWhistle],
  ['GET', /^\/tasks\/v1\/whistles\/([\w-]+)$/, (_r, state, [, id]) => ok(state.whistles.find((item) => item.id === id))],
  ['POST', /^\/tasks\/v1\/whistles\/([\w-]+)\/(\w+)$/, moveWhistle],
  ['POST', /^\/tasks\/v1\/attachments$/, postAttachment],
  ['GET', /^\/tasks\/v1\/attachments\/([\w-]+)$/, getAttachment],
  ['GET', /^\/tasks\/v1\/suggestions$/, (_r, state) => ok({ items: state.suggestions, next: null })],
  [
    'POST',
    /^\/tasks\/v1\/suggestions$/,
    (request, state) => {
      const made: Suggestion = {
        id: `s-${String(state.suggestions.length)}`,
        kind: json(request)['kind'] === 'complaint' ? 'complaint' : 'suggestion',
        text: String(json(request)['text']),
        created_at: '2026-11-24T08:00:00Z',
        reply: null,
        replied_at: null,
      }
      state.suggestions.push(made)
      return ok(made, 201)
    },
  ],
  ['GET', /^\/admission\/v1\/indicators$/, indicators(ADMISSION)],
  ['GET', /^\/admission\/v1\/items$/, (_r, state) => ok({ items: state.items, next: null })],
  ['POST', /^\/admission\/v1\/items$/, postItem],
  ['GET', /^\/admission\/v1\/items\/([\w-]+)$/, (_r, state, [, id]) => ok(state.items.find((item) => item.id === id))],
  ['POST', /^\/admission\/v1\/items\/([\w-]+)\/(\w+)$/, moveItem],
]
