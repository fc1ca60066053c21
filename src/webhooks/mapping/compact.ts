/**
 * The object without its undefined values. Sound because to whoever reads an event, a key that is missing and one that is
 * undefined are the same.
 */
export function compact<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  const kept: Record<string, unknown> = {}
  for (const key in fields) if (fields[key] !== undefined) kept[key] = fields[key]
  return kept as T
}

/** The same, or undefined when nothing is left. */
export function compactOrNothing<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T | undefined {
  const kept = compact<T>(fields)
  return Object.keys(kept).length === 0 ? undefined : kept
}
