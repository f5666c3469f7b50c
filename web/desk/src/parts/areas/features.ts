/** Shapes of areas as the registry tells them (OGC API – Features). */

import { nameIn } from '@shared/names'
import { ApiProblem } from '@shared/problem'

import { api } from '../../app'
import type { Geometry } from '../../domain/geometry'

export interface Feature {
  type: 'Feature'
  id: string
  geometry: Geometry | null
  properties: { code: string; name: string; name_ko?: string | null; level: string; boundary_version: number | null }
}

export const MAPPED = ['prefecture', 'county', 'street', 'community', 'grid']

export async function featuresIn(within: string, level: string): Promise<Feature[]> {
  const found = await api.get<{ features: Feature[] }>(`/registry/v1/ogc/collections/${level}/items`, { query: { within, limit: 500 } })
  // An area that nobody has surveyed yet has no shape.
  return found.features.filter((feature) => feature.geometry !== null)
}

/** One area; null where the caller may not see it (that above one's own) or it has gone. */
export async function featureOf(code: string, level: string): Promise<Feature | null> {
  try {
    return await api.get<Feature>(`/registry/v1/ogc/collections/${level}/items/${code}`)
  } catch (failure) {
    if (failure instanceof ApiProblem && failure.status === 404) return null
    throw failure
  }
}

export const featureName = ({ properties }: Feature, locale: string): string =>
  nameIn({ name_zh: properties.name, name_ko: properties.name_ko ?? null }, locale)
