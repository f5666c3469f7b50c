/** Shapes of the authority matrix and of webhooks as the desk reads them. */

export interface AuthorityVersion {
  number: number
  version: number
  state: 'draft' | 'active' | 'retired'
  base: number | null
  former: number | null
  note: string
  made_by: string
  organisation: string
  made_at: string
  activated_by: string | null
  activated_at: string | null
  fields: string[]
  progress: { state: 'running' | 'done' | null; residents_seen: number; residents_changed: number; values_changed: number }
  /** Only where one version is read. */
  ranks?: AuthorityRank[]
}

export interface AuthorityRank {
  field: string
  domain: string
  rank: number
  max_age_days: number | null
}

export interface Simulation {
  id: string
  state: 'running' | 'done'
  residents_seen: number
  residents_changed: number
  fields: { field: string; residents: number; moves: { from: string; to: string; residents: number }[] }[]
}

export interface Webhook {
  id: string
  version: number
  organisation: string
  areas: string[]
  domains: string[]
  url: string
  types: string[]
  description: string
  active: boolean
  stopped_for: 'owner' | 'gone' | 'failing' | 'rights' | null
  created_at: string
  health?: {
    state: 'ok' | 'struggling' | 'stopped'
    pending: number
    dead: number
    last_success_at: string | null
    last_failure_at: string | null
    last_outcome: string | null
  } | null
  /** Told once, when it is made. */
  secret?: string | null
}

export interface Delivery {
  id: string
  event_id: string
  event_type: string
  state: 'pending' | 'delivered' | 'dead' | 'withheld'
  attempts: number
  created_at: string
  attempted_at: string | null
  outcome: string | null
}
