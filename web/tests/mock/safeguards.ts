/** Emergency accesses and the registers, as the registry answers. */

import { type Handler, json, ok } from './answers'
import { COMMUNITY } from './people'

const ENDED = '2026-11-24T01:30:00Z'
const later = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString()

const accesses = [
  {
    id: 'em-1',
    county: '222406',
    community: COMMUNITY,
    resident_id: 'res-0-0',
    opened_by: '朴春花',
    opened_role: 'community_officer',
    opened_organisation: COMMUNITY,
    reason: 'life_rescue',
    text: '老人在家晕倒，联系不上家属',
    opened_at: '2026-11-24T01:00:00Z',
    expires_at: ENDED,
    verdict: null,
    comment: null,
    reviewed_by: null,
    reviewed_organisation: null,
    reviewed_at: null,
  },
  {
    id: 'em-0',
    county: '222406',
    community: null,
    resident_id: null,
    opened_by: '李建国',
    opened_role: 'street_officer',
    opened_organisation: '222406001',
    reason: 'missing_person',
    text: '走失老人，口述证件号码',
    opened_at: '2026-11-23T01:00:00Z',
    expires_at: '2026-11-23T01:00:00Z',
    verdict: 'not_justified',
    comment: '号码为随意填写',
    reviewed_by: '姜审计',
    reviewed_organisation: '222406',
    reviewed_at: '2026-11-23T03:00:00Z',
  },
]

const open: Handler = (request) =>
  ok({ id: 'em-2', county: '222406', resident_id: 'res-0-0', reason: json(request)['reason'], fields: ['name', 'phone'], expires_at: later(30) }, 201)

const resident: Handler = () =>
  ok({
    id: 'em-2',
    expires_at: later(30),
    resident: {
      id: 'res-0-0',
      county: '222406',
      version: 3,
      name: '金哲洙',
      name_ko: '김철수',
      phone: '13800001000',
      usual_language: 'ko',
      dwelling: `${COMMUNITY}00100001010101`,
      facts: { chronic_disease: { value: 'diabetes', source: 'department_push', domain: 'health', observed_on: '2026-06-01' }, family_doctor: null },
    },
    address: '园辉路1号楼1单元101室',
    members: [{ id: 'res-0-1', name: '朴英子', name_ko: '박영자', relation: '1' }],
  })

const entry = {
  version: 2,
  area: '222406',
  valid_from: '2026-01-01',
  valid_until: null,
  standing: true,
  reason: '增加字段',
  entered_by: '崔文秀',
  entered_organisation: '222406.civil_affairs',
  entered_at: '2026-03-01T02:00:00.000Z',
}
const ENTRIES: Record<string, unknown[]> = {
  'sharing-agreements': [
    {
      ...entry,
      id: 'ag-1',
      title: '公安向卫健提供基本信息',
      document_no: '数共〔2026〕1号',
      provider_domain: 'public_security',
      receiver: '222406.health',
      fields: ['name', 'sex', 'born_on'],
      purpose: '慢性病随访',
      legal_basis: '基本医疗卫生与健康促进法',
    },
  ],
  'impact-assessments': [],
  notices: [{ ...entry, id: 'no-1', title: '志愿者登记同意书', kind: 'consent', text_zh: '您可以选择是否登记。', text_ko: '등록 여부를 선택할 수 있습니다.' }],
  breaches: [],
}

const retention: Handler = () =>
  ok({
    items: [
      { data_class: 'accesses', name_zh: '查阅记录', basis: '网络数据安全管理条例第十二条', period: '36 months', setting: 'REGISTRY_ACCESS_KEEP_MONTHS', action: 'drop the month', recorded: true },
      { data_class: 'provisions', name_zh: '对外提供登记', basis: '网络数据安全管理条例第十二条', period: '3 years at least', setting: null, action: 'none', recorded: false },
    ],
    runs: [{ table: 'accesses', deleted: 'accesses_202309', rows: 51_230, rule: 'REGISTRY_ACCESS_KEEP_MONTHS=36', ran_at: '2026-11-01T19:30:00Z' }],
    next: null,
  })

export const SAFEGUARD_ROUTES: [string, RegExp, Handler][] = [
  ['GET', /^\/registry\/v1\/emergency-accesses$/, () => ok({ items: accesses, next: null })],
  ['POST', /^\/registry\/v1\/emergency-accesses$/, open],
  ['GET', /^\/registry\/v1\/emergency-accesses\/([\w-]+)\/resident$/, resident],
  ['POST', /^\/registry\/v1\/emergency-accesses\/([\w-]+)\/review$/, () => ok({ id: 'em-1', verdict: 'justified', reviewed_at: later(0) })],
  ['GET', /^\/registry\/v1\/retention$/, retention],
  ['GET', /^\/registry\/v1\/(sharing-agreements|impact-assessments|notices|breaches)$/, (_request, _state, [, register = '']) => ok({ items: ENTRIES[register], next: null })],
  ['POST', /^\/registry\/v1\/(sharing-agreements|impact-assessments|notices|breaches)(?:\/[\w-]+\/versions)?$/, () => ok({ id: 'ag-1', version: 1 }, 201)],
]
