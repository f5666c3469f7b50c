export interface Part {
  name: string
  value: string | Blob
  filename?: string
}

function quoted(text: string): string {
  return text.replace(/["\r\n]/g, (mark) => encodeURIComponent(mark))
}

/**
 * A multipart/form-data body whose bytes depend only on its parts and key.
 *
 * The browser's own FormData draws a new boundary for each sending, so a repeated call with the same
 * Idempotency-Key would carry another body and be refused.
 */
export function multipart(parts: Part[], key: string): Blob {
  const boundary = `onegrid-${key}`
  const pieces: BlobPart[] = []
  for (const part of parts) {
    const file = typeof part.value === 'string' ? '' : `; filename="${quoted(part.filename ?? 'file')}"`
    const type =
      typeof part.value === 'string' ? '' : `Content-Type: ${part.value.type || 'application/octet-stream'}\r\n`
    pieces.push(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(part.name)}"${file}\r\n${type}\r\n`)
    pieces.push(part.value, '\r\n')
  }
  pieces.push(`--${boundary}--\r\n`)
  return new Blob(pieces, { type: `multipart/form-data; boundary=${boundary}` })
}
