/** Life events, documents, posts, rows of imports and provisions in the stand-in. */

import { type Answer, type Handler, ok, problem } from './answers'
import { GRID } from './people'
import { purposeless } from './registry'

const page = (...items: unknown[]): Answer => ok({ items, next: null })

const event = {
  id: 'le-9', county: '222406', kind: 'divorce', occurred_on: '2026-11-02', area: GRID, evidence: '离婚证 1', legal_basis: null, amends: null,
  recorded_at: '2026-11-03T08:00:00Z', recorded_by: '朴春花', role: 'community_officer', organisation: '222406001001',
  subjects: [{ id: 'res-0-0', name: '金哲洙', role: 'former_spouse' }, { id: 'res-0-1', name: '崔英子', role: 'former_spouse' }],
  households: ['home-0'], reversal: null,
}

const paper = {
  id: 'primary', kind: 'resident_id', number: '229999********0018', primary: true, issued_on: null, expires_on: null,
  recorded_at: null, ended_at: null, end_reason: null,
}

const addDocument: Handler = (request) =>
  request.headers['if-match'] === '"3"' ? ok({ id: 'doc-1', resident: 'res-0-0', version: 4 }, 201) : problem(412, 'version-is-stale', '记录已被他人修改')

const post = { id: 'post-1', version: 2, area: GRID, post: 'grid_head', seat: null, holder: '林在贤', phone: '154****9200', valid_from: '2023-03-13', valid_to: null }

const rows: Handler = (request) =>
  purposeless(request.headers) ??
  page({ row: 7, outcome: 'rejected', faults: [{ heading: '证件号码', code: 'id-missing', reason: '身份证号为空', taken: false }] })

const provision = {
  id: 'pro-1', organisation: '222406.health', organisation_name: '和龙市卫生健康局', recipient: '王强', role: 'department_officer', export_id: 'exp-1',
  within: GRID, fields: ['name', 'dwelling'], filtered_by: [], residents: 312, format: 'xlsx', sha256: 'a'.repeat(64), purpose: 'public_service',
  legal_basis: '基本医疗卫生与健康促进法', agreement: null, provided_at: '2026-11-24T08:00:00Z',
}

export const KEPT_ROUTES: [string, RegExp, Handler][] = [
  ['GET', /^\/registry\/v1\/residents\/([\w-]+)\/life-events$/, (request) => purposeless(request.headers) ?? page(event)],
  ['POST', /^\/registry\/v1\/life-events\/le-9\/reverse$/, () => ok({ id: 'le-9', county: '222406', state: 'reversed' })],
  ['GET', /^\/registry\/v1\/residents\/([\w-]+)\/documents$/, (request) => purposeless(request.headers) ?? page(paper)],
  ['POST', /^\/registry\/v1\/residents\/([\w-]+)\/documents$/, addDocument],
  ['GET', /^\/registry\/v1\/posts$/, () => page(post)],
  ['PUT', /^\/registry\/v1\/posts\/post-1$/, () => ok({ ...post, version: 3 })],
  ['GET', /^\/registry\/v1\/imports\/([\w-]+)\/rows$/, rows],
  ['GET', /^\/registry\/v1\/provisions$/, () => page(provision)],
]
