import type { Role } from '@shared/api-types'

export type Menu = 'whistles' | 'admission' | 'indicators' | 'imports'

/** Who finds which section; the services decide what is really allowed. */
const READERS: Record<Menu, Role[]> = {
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
  imports: ['department_officer'],
}

const MENUS = Object.keys(READERS) as Menu[]

export function menusOf(roles: Role[]): Menu[] {
  return MENUS.filter((menu) => READERS[menu].some((role) => roles.includes(role)))
}

const FIRST: [Role, Menu][] = [
  ['secretariat', 'admission'],
  ['approver', 'admission'],
  ['finance_officer', 'admission'],
  ['county_officer', 'indicators'],
  ['auditor', 'indicators'],
]

/** The section a person's day begins with; null where the desk has none for them. */
export function homeOf(roles: Role[]): Menu | null {
  return FIRST.find(([role]) => roles.includes(role))?.[1] ?? menusOf(roles)[0] ?? null
}
