import type { Area, Household, Member, Organisation, Profile, Role } from '@shared/api-types'

export const COMMUNITY = '222406001001'
export const GRID = `${COMMUNITY}001`

const FAMILY: [string, string][] = [
  ['金', '김'],
  ['朴', '박'],
  ['李', '리'],
  ['崔', '최'],
  ['王', ''],
  ['张', ''],
  ['郑', '정'],
  ['刘', ''],
]
const GIVEN: [string, string][] = [
  ['哲洙', '철수'],
  ['英子', '영자'],
  ['明玉', '명옥'],
  ['成国', '성국'],
  ['善花', '선화'],
  ['永浩', '영호'],
]

function member(home: number, at: number): Member {
  const [family, familyKo] = FAMILY[(home + at) % FAMILY.length] ?? ['金', '김']
  const [given, givenKo] = GIVEN[(home * 3 + at) % GIVEN.length] ?? ['哲洙', '철수']
  return {
    id: `res-${String(home)}-${String(at)}`,
    version: 3,
    name: family + given,
    name_ko: familyKo ? familyKo + givenKo : null,
    relation: at === 0 ? '0' : at === 1 ? '1' : '2',
    sex: at % 2 === 0 ? '1' : '2',
    born_on: `${String(1950 + ((home * 7 + at * 26) % 60))}-0${String(1 + (home % 9))}-15`,
    phone: at === 2 ? null : `138****${String(1000 + home * 3 + at)}`,
    usual_language: familyKo ? 'ko' : 'zh',
    stale: home % 4 === 0 && at === 0 ? ['phone'] : [],
  }
}

export function households(count: number): Household[] {
  return Array.from({ length: count }, (_, home) => {
    const members = Array.from({ length: 1 + (home % 3) }, (_unused, at) => member(home, at))
    const building = 1 + Math.floor(home / 24)
    const unit = 1 + (Math.floor(home / 12) % 2)
    const dwelling = 101 + (home % 12)
    return {
      id: `home-${String(home)}`,
      dwelling: `${GRID}0000${String(building)}0${String(unit)}${String(dwelling).padStart(4, '0')}`,
      address: `园辉路${String(building)}号楼${String(unit)}单元${String(dwelling)}室`,
      head_name: members[0]?.name ?? null,
      members,
    }
  })
}

const PEOPLE: Record<string, [string, string, Role[], string[], string[]]> = {
  grid: ['金美兰', COMMUNITY, ['grid_worker'], [GRID], []],
  community: ['朴春花', COMMUNITY, ['community_officer'], [COMMUNITY], []],
  street: ['李建国', '222406001', ['street_officer'], ['222406001'], []],
  dept: ['王强', '222406.health', ['department_officer'], ['222406'], ['health']],
  secretariat: ['崔文秀', '222406.civil_affairs', ['secretariat'], ['222406'], []],
  approver: ['张立', '222406.joint_meeting', ['approver'], ['222406'], []],
  finance: ['刘洋', '222406.finance', ['finance_officer'], ['222406'], []],
  county: ['郑海', '222406', ['county_officer'], ['222406'], []],
  desk: ['宋艳英', '222406', ['resident_desk'], ['222406'], []],
  auditor: ['姜审计', '222406', ['auditor'], ['222406'], []],
}

export function profile(login: string): Profile | null {
  const found = PEOPLE[login]
  if (!found) return null
  const [name, org, roles, areas, domains] = found
  return { sub: `sub-${login}`, name, org, roles, areas, domains }
}

const office = (code: string, name_zh: string, kind: string, domain: string | null): Organisation => ({
  code,
  name_zh,
  name_ko: null,
  name_en: null,
  kind,
  area: code.split('.')[0] ?? code,
  domain,
})

export const ORGANISATIONS: Organisation[] = [
  office('2224.health', '延边州卫生健康委员会', 'department', 'health'),
  office('222406', '和龙市人民政府', 'county', null),
  office('222406.health', '和龙市卫生健康局', 'department', 'health'),
  office('222406.housing', '和龙市住房和城乡建设局', 'department', 'housing'),
  office('222406.transport', '和龙市交通运输局', 'department', 'transport'),
  office('222406.civil_affairs', '和龙市民政局', 'secretariat', null),
  office('222406.finance', '和龙市财政局', 'finance', null),
  office('222406.joint_meeting', '和龙市社区治理联席会议', 'joint_meeting', null),
  office('222406001', '光明街道办事处', 'street_office', null),
  office(COMMUNITY, '文化社区居民委员会', 'community_committee', null),
  office('222406001002', '民惠社区居民委员会', 'community_committee', null),
]

export const COMMUNITIES: Area[] = [COMMUNITY, '222406001002', '222406001003'].map((code, at) => ({
  code,
  level: 'community',
  name: ['文化社区', '民惠社区', '光华村'][at] ?? code,
  name_ko: null,
  parent: code.slice(0, 9),
  urban: at < 2,
}))

export const GRID_AREA: Area = { code: GRID, level: 'grid', name: '文化社区第一网格', parent: COMMUNITY, urban: true }
