import type { Role } from '@shared/api-types'

export type Menu =
  | 'residents'
  | 'verifications'
  | 'areas'
  | 'imports'
  | 'reconciliations'
  | 'exports'
  | 'provisions'
  | 'posts'
  | 'matrix'
  | 'webhooks'
  | 'emergencies'
  | 'registers'
  | 'whistles'
  | 'admission'
  | 'indicators'
  | 'accounts'
  | 'clients'
  | 'delegations'
  | 'signins'
  | 'policies'
  | 'chains'

const FIELD: Role[] = ['grid_worker', 'community_officer', 'street_officer', 'county_officer']
const OFFICES: Role[] = ['secretariat', 'approver', 'finance_officer', 'resident_desk', 'auditor']

const ADMINISTRATORS: Role[] = ['system_admin', 'security_admin', 'auditor']

/** Who finds which section; the services decide what is really allowed. */
const READERS: Record<Menu, Role[]> = {
  accounts: ADMINISTRATORS,
  clients: ADMINISTRATORS,
  delegations: ['security_admin', 'auditor'],
  signins: ['security_admin', 'auditor'],
  policies: ADMINISTRATORS,
  chains: ['auditor'],
  residents: ['department_officer', ...FIELD, 'resident_desk'],
  verifications: ['department_officer', ...FIELD, 'resident_desk'],
  areas: ['department_officer', ...FIELD, 'secretariat', 'system_admin'],
  imports: ['department_officer'],
  reconciliations: ['department_officer'],
  exports: ['department_officer', 'community_officer', 'street_officer', 'county_officer'],
  provisions: ['department_officer', 'county_officer', 'secretariat', 'auditor', 'security_admin'],
  posts: ['department_officer', ...FIELD, 'secretariat', 'auditor', 'system_admin'],
  matrix: ['department_officer', ...FIELD, ...OFFICES, 'system_admin'],
  webhooks: ['department_officer'],
  emergencies: ['community_officer', 'street_officer', 'county_officer', 'security_admin', 'auditor'],
  registers: ['department_officer', 'community_officer', 'street_officer', 'county_officer', 'resident_desk', 'secretariat', 'security_admin', 'system_admin', 'auditor'],
  whistles: ['street_officer', 'community_officer', 'grid_worker', 'department_officer', 'county_officer'],
  admission: [
    'secretariat',
    'approver',
    'finance_officer',
    'department_officer',
    'street_officer',
    'community_officer',
    'county_officer',
  ],
  indicators: [
    'county_officer',
    'street_officer',
    'community_officer',
    'department_officer',
    'secretariat',
    'approver',
    'finance_officer',
    'auditor',
  ],
}

/** Sections of the menu, in the order in which they are shown. */
const SECTIONS: { code: string; menus: Menu[] }[] = [
  { code: 'record', menus: ['residents', 'verifications', 'areas', 'posts', 'emergencies'] },
  { code: 'work', menus: ['whistles', 'admission', 'indicators'] },
  { code: 'batch', menus: ['imports', 'reconciliations', 'exports', 'provisions'] },
  { code: 'rules', menus: ['matrix', 'webhooks', 'registers'] },
  { code: 'identity', menus: ['accounts', 'clients', 'delegations', 'signins', 'policies', 'chains'] },
]

export function sectionsOf(roles: Role[]): { code: string; menus: Menu[] }[] {
  const open = menusOf(roles)
  return SECTIONS.map((section) => ({ ...section, menus: section.menus.filter((menu) => open.includes(menu)) })).filter(
    (section) => section.menus.length > 0,
  )
}

export function menusOf(roles: Role[]): Menu[] {
  return SECTIONS.flatMap((section) => section.menus).filter((menu) => READERS[menu].some((role) => roles.includes(role)))
}

const FIRST: [Role, Menu][] = [
  ['system_admin', 'accounts'],
  ['security_admin', 'accounts'],
  ['secretariat', 'admission'],
  ['approver', 'admission'],
  ['finance_officer', 'admission'],
  ['county_officer', 'indicators'],
  ['auditor', 'indicators'],
  ['street_officer', 'whistles'],
  ['community_officer', 'whistles'],
  ['department_officer', 'whistles'],
]

/** The section a person's day begins with; null where the desk has none for them. */
export function homeOf(roles: Role[]): Menu | null {
  return FIRST.find(([role]) => roles.includes(role))?.[1] ?? menusOf(roles)[0] ?? null
}

export type Act = 'access_log' | 'copy' | 'explain' | 'households' | 'dispute' | 'change_area' | 'verifications' | 'disputes' | 'draft_matrix' | 'activate_matrix' | 'open_emergency' | 'review_emergency'

/** Who finds which button inside a page, as the registry's policy has it. */
const ACTORS: Record<Act, Role[]> = {
  access_log: ['resident_desk', 'auditor'],
  copy: ['resident_desk'],
  explain: ['department_officer', ...FIELD, 'resident_desk'],
  households: ['department_officer', ...FIELD, 'resident_desk'],
  dispute: ['resident_desk', 'community_officer'],
  verifications: ['department_officer', ...FIELD],
  disputes: ['department_officer', 'resident_desk', 'community_officer', 'street_officer', 'county_officer'],
  draft_matrix: ['secretariat', 'county_officer', 'system_admin'],
  activate_matrix: ['secretariat', 'county_officer'],
  open_emergency: ['community_officer', 'street_officer', 'county_officer'],
  review_emergency: ['auditor', 'county_officer'],
  change_area: ['secretariat', 'system_admin'],
}

export function may(act: Act, roles: Role[]): boolean {
  return ACTORS[act].some((role) => roles.includes(role))
}

const HIGH = ['prefecture', 'county']
const DRAWN = [...HIGH, 'street', 'community', 'grid']

/** Who draws the boundary of an area of a level; those of buildings cannot be read back, and are not drawn here. */
export function mayDraw(level: string | null, roles: Role[]): boolean {
  if (level === null || !DRAWN.includes(level)) return false
  return roles.includes('system_admin') || (roles.includes('secretariat') && !HIGH.includes(level))
}
