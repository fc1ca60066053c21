import { z } from 'zod'

/** What the calls of /api/v1 about templates answer, as far as the pages read it. */

export const versionShape = z.object({
  number: z.number(),
  state: z.enum(['draft', 'published', 'retired']),
  text: z.string(),
  private: z.boolean(),
  restored: z.number().optional(),
  createdAt: z.string(),
  createdBy: z.string(),
  publishedAt: z.string().optional(),
  publishedBy: z.string().optional(),
})
export type Version = z.output<typeof versionShape>

const slotFields = {
  type: z.string(),
  channel: z.string().optional(),
  branch: z.string().optional(),
  class: z.enum(['service', 'promo']),
}

export const templateShape = z.object({
  ...slotFields,
  title: z.string(),
  shipped: z.object({ text: z.string(), privateText: z.string() }),
  published: versionShape.optional(),
  draft: versionShape.optional(),
})
export type Template = z.output<typeof templateShape>

export const problemShape = z.object({
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  line: z.number(),
  column: z.number(),
})
export type Problem = z.output<typeof problemShape>

export const wholeShape = templateShape.extend({
  versions: z.array(versionShape),
  problems: z.array(problemShape),
  variables: z.array(z.object({ names: z.array(z.string()), description: z.string(), example: z.string() })),
})
export type Whole = z.output<typeof wholeShape>

const triedShape = z.object({
  at: z.string(),
  channel: z.string().optional(),
  now: z.string().optional(),
  draft: z.string().optional(),
  error: z.string().optional(),
})
export type Tried = z.output<typeof triedShape>

export const previewShape = z.object({
  problems: z.array(problemShape),
  sample: z.array(
    z.object({
      channel: z.string(),
      text: z.string().optional(),
      buttons: z.array(z.object({ text: z.string() })).optional(),
      error: z.string().optional(),
      tooLong: z.boolean().optional(),
    }),
  ),
  events: z.array(triedShape),
})
export type Preview = z.output<typeof previewShape>

export const shadowShape = z.object({
  total: z.number(),
  same: z.number(),
  different: z.number(),
  failed: z.number(),
  cut: z.boolean(),
  differences: z.array(triedShape),
})
export type Shadow = z.output<typeof shadowShape>
