/** Posts of the five-chiefs system: where each stands, who appoints, which places are vacant. */

import type { Post, PostKind } from '@shared/api-record'
import type { Area, Role } from '@shared/api-types'

import { type Level, levelOf, LEVELS } from './areas'

export const POST_LEVELS: Record<PostKind, Level> = {
  grid_head: 'grid',
  grid_worker: 'grid',
  building_chief: 'building',
  unit_chief: 'unit',
  street_chief: 'street',
  road_chief: 'street',
}

const LOCAL: Role[] = ['secretariat', 'street_officer', 'community_officer']
const APPOINTING: Record<PostKind, Role[]> = {
  grid_head: LOCAL,
  grid_worker: LOCAL,
  building_chief: LOCAL,
  unit_chief: LOCAL,
  street_chief: ['secretariat'],
  road_chief: ['secretariat', 'street_officer'],
}

export function mayAppoint(post: PostKind, roles: Role[]): boolean {
  return APPOINTING[post].some((role) => roles.includes(role))
}

/** Kinds that can stand in or above an area of one's own: a community has no street chief to look for. */
export function kindsWithin(code: string): PostKind[] {
  const level = levelOf(code)
  const deep = level ? LEVELS.indexOf(level) : 0
  return (Object.keys(POST_LEVELS) as PostKind[]).filter((kind) => LEVELS.indexOf(POST_LEVELS[kind]) >= deep)
}

/** Buildings and units are too many to be compared one by one above a community. */
export function isCountable(post: PostKind, within: string): boolean {
  return LEVELS.indexOf(POST_LEVELS[post]) <= LEVELS.indexOf('grid') || within.length >= 12
}

export interface Place {
  area: string
  post: Post | null
}

/** Each place of a kind with who holds it, vacant ones as well; roads have no code and are told as they are held. */
export function placesOf(areas: Area[], held: Post[]): Place[] {
  const byArea = new Map<string, Post[]>()
  for (const post of held) byArea.set(post.area, [...(byArea.get(post.area) ?? []), post])
  const codes = [...new Set([...areas.map((area) => area.code), ...byArea.keys()])].sort()
  return codes.flatMap<Place>((area) => byArea.get(area)?.map((post) => ({ area, post })) ?? [{ area, post: null }])
}
