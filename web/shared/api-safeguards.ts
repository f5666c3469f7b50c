/** Shapes of emergency accesses and of the registers as the desk reads them. */

export type EmergencyReason = 'life_rescue' | 'disaster' | 'missing_person' | 'child_in_danger'

export interface EmergencyOpened {
  id: string
  resident_id: string
  expires_at: string
}

export interface EmergencyResident {
  id: string
  expires_at: string
  resident: {
    name?: string | null
    name_ko?: string | null
    phone?: string | null
    usual_language?: string | null
    dwelling?: string | null
    facts?: Record<string, { value: unknown } | null> | null
  }
  address: string | null
  members: { id: string; name: string; name_ko: string | null; relation: string | null }[]
}

export interface Emergency {
  id: string
  county: string
  community: string | null
  resident_id: string | null
  opened_by: string
  opened_organisation: string
  reason: EmergencyReason
  text: string
  opened_at: string
  expires_at: string
  verdict: 'justified' | 'not_justified' | null
  comment: string | null
  reviewed_by: string | null
}

/** An entry of a register: what all have, and the members of its own. */
export interface RegisterEntry extends Record<string, unknown> {
  id: string
  version: number
  area: string
  valid_from: string
  valid_until: string | null
  standing: boolean
  title: string
  reason: string | null
  entered_by: string
  entered_organisation: string
  entered_at: string
}

export interface RetentionTable {
  items: { data_class: string; name_zh: string; basis: string; period: string; setting: string | null; action: string; recorded: boolean }[]
  runs: { table: string; deleted: string; rows: number; rule: string; ran_at: string }[]
}
