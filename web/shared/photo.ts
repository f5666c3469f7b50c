/** Longest side of a photo that leaves the phone; a modern camera's picture is ten times larger than needed. */
export const LONGEST_SIDE = 1600

const QUALITY = 0.82

/** Width and height within `longest`, in proportion; a small picture stays as it is. */
export function fitted(width: number, height: number, longest = LONGEST_SIDE): { width: number; height: number } {
  const factor = Math.min(1, longest / Math.max(width, height, 1))
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) }
}

/**
 * The chosen photo, small enough to send over a mountain network, as JPEG.
 *
 * Drawing it anew also leaves its EXIF data (place, device) behind on the phone.
 *
 * @throws Error where the file is no picture this browser can read.
 */
export async function downscaled(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file)
  try {
    const size = fitted(bitmap.width, bitmap.height)
    const canvas = document.createElement('canvas')
    canvas.width = size.width
    canvas.height = size.height
    const context = canvas.getContext('2d')
    if (!context) throw new Error('no canvas')
    context.drawImage(bitmap, 0, 0, size.width, size.height)
    return await new Promise<Blob>((resolve, reject) => {
      canvas.toBlob(
        (blob) => {
          if (blob) resolve(blob)
          else reject(new Error('no picture'))
        },
        'image/jpeg',
        QUALITY,
      )
    })
  } finally {
    bitmap.close()
  }
}
