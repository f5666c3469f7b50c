/** Answers of the identity rooms, as their document shows them. */

import type { Role } from './api-types'

export interface Rights {
  roles: Role[]
  areas: string[]
  domains: string[]
}

export type House = 'wecom' | 'dingtalk'

export interface Account extends Rights {
  login: string
  name: string
  organisation: string
  version: number
  is_disabled: boolean
  has_second_factor: boolean
  must_change_password: boolean
  external_ids: Partial<Record<House, string>>
}

export interface Client extends Rights {
  client_id: string
  name: string
  organisation: string
  version: number
  is_disabled: boolean
  proof: 'secret' | 'keys' | 'none'
  key_ids: string[]
  previous_secret_until: string | null
  last_used_at: string | null
}

interface Party {
  login: string
  name: string
}

export interface Delegation extends Rights {
  id: string
  lender: Party
  colleague: Party
  reason: string
  granted_at: string
  ends_on: string
  state: 'open' | 'revoked' | 'ended' | 'stopped'
  uses: number
  last_used_at: string | null
}

export interface DelegationRecord {
  action: 'granted' | 'used' | 'revoked'
  by: string
  happened_at: string
}

export interface Colleague extends Party {
  organisation: string
}

export interface AccountChange {
  id: string
  login: string
  is_client: boolean
  action: string
  reason: string
  before: Record<string, unknown>
  after: Record<string, unknown>
  changed_by: string
  changed_at: string
}

export interface SignIn {
  id: string
  login: string
  client: string
  outcome: string
  occurred_at: string
}

export interface OwnSession {
  id: string
  client: string
  client_name: string
  signed_in_at: string
  last_used_at: string
  ends_at: string
  is_current: boolean
}

export interface OwnSecurity {
  login: string
  password_changed_at: string
  password_due_at: string | null
  authenticator_since: string | null
  recovery_codes_left: number
}

export interface Proposal {
  secret: string
  qr: string
  proposal: string
}

export interface Policies {
  password_min_length: number
  password_min_classes: number
  password_age_days: number
  passwords_remembered: number
  second_factor: 'required' | 'off'
  lock_after_failures: number
  lock_s: number
  access_token_s: number
  session_idle_s: number
  session_absolute_s: number
  delegation_days: number
  sign_ins_kept_days: number
}

/** Where the chain of an organisation's access records stands. */
export interface AccessChain {
  organisation: string
  number: number
  rows: number
  hash: string
  algorithm: 'sha256' | 'sm3'
  sealed_at: string
}
