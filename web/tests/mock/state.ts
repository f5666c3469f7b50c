import type {
  AdmissionItem,
  Household,
  ImportJob,
  Profile,
  Suggestion,
  TimelineEntry,
  Whistle,
  WhistleLeg,
  WhistleState,
} from '@shared/api-types'

import { GRID, households } from './people'

const ACTION: Record<string, WhistleState> = {
  blow: 'blown',
  dispatch: 'dispatched',
  sign: 'handling',
  arrive: 'handling',
  result: 'result_submitted',
  rate: 'rated',
  close: 'closed',
}

/** What the stand-in for the services remembers; a test looks into it. */
export interface MockState {
  households: Household[]
  whistles: Whistle[]
  items: AdmissionItem[]
  imports: ImportJob[]
  suggestions: Suggestion[]
  checks: { verifications: string; disputes: string }
  attachments: Map<string, { type: string; bytes: Buffer }>
  tokens: Map<string, Profile>
  codes: Map<string, { profile: Profile; challenge: string }>
  /** Stored answers by idempotency key, as the services keep them. */
  answers: Map<string, { body: string; status: number; answer: unknown }>
  /** Each request that changed something, in order. */
  writes: { method: string; path: string; key: string; body: string }[]
  /** Status codes to answer instead of the next API calls on a path. */
  refusals: { path: string; status: number; body: unknown }[]
  seq: number
}

export function whistle(id: string, state: WhistleState, title: string): Whistle {
  const dispatched = ['dispatched', 'handling', 'result_submitted', 'verified', 'rated', 'closed'].includes(state)
  return {
    id,
    version: 4,
    kind: 'resident_demand',
    state,
    title,
    description: '三号楼前路灯已经不亮两天，晚上老人出行不安全。',
    area: GRID,
    street: GRID.slice(0, 9),
    place_text: '园辉路3号楼前',
    reported_at: '2026-11-23T01:20:00Z',
    reported_by: 'sub-grid',
    reporter_name: '金美兰',
    result_text: state === 'result_submitted' ? '更换灯头三个，现场试灯正常。' : null,
    photo_ids: [],
    result_photo_ids: [],
    overdue: state === 'dispatched',
    legs: dispatched ? [leg(id, state)] : [],
    timeline: [entry('reported', '金美兰', GRID.slice(0, 12)), entry('blown', '李建国', GRID.slice(0, 9), '情况属实。')],
    rating: null,
  }
}

function leg(id: string, state: WhistleState): WhistleLeg {
  return {
    id: `${id}-leg-1`,
    organisation: '222406.housing',
    role: 'lead',
    state: state === 'dispatched' ? 'dispatched' : 'arrived',
    sign_due_at: '2026-11-24T05:20:00Z',
    arrive_due_at: '2026-11-25T05:20:00Z',
    close_due_at: '2026-12-01T05:20:00Z',
    result: null,
    overdue: [{ what: 'sign', level: 1, fired_at: '2026-11-24T05:20:00Z' }],
  }
}

function entry(action: string, actor_name: string, organisation: string, comment: string | null = null): TimelineEntry {
  return { at: '2026-11-23T02:00:00Z', action, organisation, role: '', actor_name, comment, details: null }
}

export function freshState(): MockState {
  return {
    households: households(130),
    whistles: [
      whistle('w-1', 'result_submitted', '三号楼前路灯不亮'),
      whistle('w-2', 'dispatched', '地下室积水'),
      whistle('w-3', 'reported', '楼道堆放杂物'),
      whistle('w-4', 'closed', '井盖松动'),
    ],
    items: [admissionItem('i-1', 'submitted', '高血压随访登记'), admissionItem('i-2', 'approved', '流动人口信息核对'), admissionItem('i-3', 'active', '老年人体检组织')],
    imports: [],
    suggestions: [],
    checks: { verifications: 'open', disputes: 'open' },
    attachments: new Map(),
    tokens: new Map(),
    codes: new Map(),
    answers: new Map(),
    writes: [],
    refusals: [],
    seq: 0,
  }
}

export function admissionItem(id: string, state: string, title: string): AdmissionItem {
  return {
    id,
    version: 2,
    state,
    title,
    class: 'administrative',
    domain: 'health',
    organisation: '222406.health',
    communities: ['222406001001', '222406001002'],
    content: '每季度随访一次,登记血压。',
    legal_basis: '国家基本公共卫生服务规范',
    special_explanation: '需要社区协助联系住户。',
    starts_on: '2027-01-05',
    ends_on: '2027-12-31',
    adds: { ledger: false, form: true },
    workload_hours_per_month: 12,
    funding: {
      amount_fen: 1_200_000,
      source: '公共卫生经费',
      zero_reason: null,
      schedule: [{ due_on: '2027-01-05', amount_fen: 600_000 }],
      paid_fen: state === 'active' ? 600_000 : 0,
      arrears: false,
    },
    approval: null,
  }
}

const WORD: Record<string, string> = {
  blow: 'blown',
  dispatch: 'dispatched',
  sign: 'signed',
  arrive: 'arrived',
  result: 'result_submitted',
  rate: 'rated',
  close: 'closed',
}

/** Moves a whistle as the service would; illegal moves are the services' own tests. */
export function advance(found: Whistle, action: string, body: Record<string, unknown>, who: Profile): void {
  const own = found.legs.find((candidate) => candidate.organisation === who.org) ?? found.legs[0]
  const isDeclined = action === 'close' && found.state === 'reported'
  if (action === 'dispatch') found.legs = [leg(found.id, 'dispatched')]
  if (own && action === 'sign') own.state = 'signed'
  if (own && action === 'arrive') own.state = 'arrived'
  if (own && action === 'result') {
    own.state = 'done'
    found.result_text = String(body['text'] ?? '')
  }
  const isPassed = body['passed'] === true
  found.state = action === 'verify' ? (isPassed ? 'verified' : 'handling') : (ACTION[action] ?? found.state)
  found.version += 1
  const word = action === 'verify' ? (isPassed ? 'verified' : 'verification_failed') : (WORD[action] ?? action)
  const comment = typeof body['comment'] === 'string' ? body['comment'] : null
  found.timeline?.push(entry(isDeclined ? 'declined' : word, who.name, who.org, comment))
}
