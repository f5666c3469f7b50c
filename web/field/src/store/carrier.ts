import type { Attachment, EditableFact, ResidentView, Whistle } from '@shared/api-types'
import type { ApiClient } from '@shared/http'
import { multipart } from '@shared/multipart'

import type { FactJob, Job, LifeEventJob, PhotoStep, ResolveJob, VerifyJob, WhistleJob } from './jobs'
import type { Carrier } from './outbox'

const FACTS: EditableFact[] = ['phone', 'usual_language']

/** Turns the jobs of the outbox into calls of the interface. */
export class ApiCarrier implements Carrier {
  constructor(
    private readonly api: ApiClient,
    private readonly onFact: (job: FactJob, view: ResidentView) => Promise<void>,
    /** Called when the server has recorded what changes lists that the phone keeps. */
    private readonly onRecorded: (job: ResolveJob | LifeEventJob) => void = () => undefined,
  ) {}

  async send(job: Job, keep: (job: Job) => Promise<void>): Promise<Record<string, number>> {
    switch (job.kind) {
      case 'fact':
        return this.fact(job)
      case 'whistle':
        return this.whistle(job, keep)
      case 'verify':
        return this.verify(job)
      case 'suggestion':
        await this.api.send('POST', '/tasks/v1/suggestions', {
          json: { text: job.text, kind: job.nature },
          idempotencyKey: job.key,
        })
        return {}
      case 'resolve':
        return this.resolve(job)
      case 'life_event':
        return this.lifeEvent(job)
    }
  }

  async theirs(job: FactJob): Promise<{ value: string | null; version: number }> {
    const view = await this.api.get<ResidentView>(`/registry/v1/residents/${job.resident_id}`, {
      query: { fields: FACTS.join(',') },
      purpose: 'verification',
    })
    await this.onFact(job, view)
    return { value: view[job.field] ?? null, version: view.version }
  }

  private async resolve(job: ResolveJob): Promise<Record<string, number>> {
    const answer = await this.api.send<{ version: number }>(
      'POST',
      `/registry/v1/verifications/${job.verification_id}/resolve`,
      {
        json: { ...job.finding, ...(job.note ? { note: job.note } : {}) },
        idempotencyKey: job.key,
        purpose: 'verification',
      },
    )
    this.onRecorded(job)
    return { [job.resident_id]: answer.version }
  }

  private async lifeEvent(job: LifeEventJob): Promise<Record<string, number>> {
    const answer = await this.api.send<{ residents: Record<string, number> }>('POST', '/registry/v1/life-events', {
      json: { ...job.report, versions: job.versions },
      idempotencyKey: job.key,
      purpose: 'statutory_registration',
    })
    this.onRecorded(job)
    return answer.residents
  }

  private async fact(job: FactJob): Promise<Record<string, number>> {
    const view = await this.api.send<ResidentView>('PATCH', `/registry/v1/residents/${job.resident_id}`, {
      json: { [job.field]: job.value },
      ifMatch: job.if_match,
      idempotencyKey: job.key,
      purpose: 'verification',
    })
    await this.onFact(job, view)
    return { [job.resident_id]: view.version }
  }

  private async whistle(job: WhistleJob, keep: (job: Job) => Promise<void>): Promise<Record<string, number>> {
    const photos = [...job.photos]
    for (const [at, photo] of photos.entries()) {
      if (photo.attachment_id !== null) continue
      photos[at] = { ...photo, attachment_id: (await this.photo(photo)).id }
      await keep({ ...job, photos: [...photos] })
    }
    const photo_ids = photos.flatMap((photo) => (photo.attachment_id === null ? [] : [photo.attachment_id]))
    await this.api.send('POST', '/tasks/v1/whistles', {
      json: { ...job.draft, photo_ids },
      idempotencyKey: job.key,
      purpose: 'case_handling',
    })
    return {}
  }

  private photo(photo: PhotoStep): Promise<Attachment> {
    const value = new Blob([photo.bytes], { type: photo.media_type })
    const filename = photo.media_type === 'image/png' ? 'photo.png' : 'photo.jpg'
    return this.api.send<Attachment>('POST', '/tasks/v1/attachments', {
      body: multipart([{ name: 'photo', value, filename }], photo.key),
      idempotencyKey: photo.key,
    })
  }

  private async verify(job: VerifyJob): Promise<Record<string, number>> {
    const whistle = await this.api.send<Whistle>('POST', `/tasks/v1/whistles/${job.whistle_id}/verify`, {
      json: { passed: job.passed, ...(job.comment ? { comment: job.comment } : {}) },
      ifMatch: job.if_match,
      idempotencyKey: job.key,
      purpose: 'case_handling',
    })
    return { [job.whistle_id]: whistle.version }
  }
}
