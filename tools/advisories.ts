import { z } from 'zod'

const allowedSchema = z.array(
  z.strictObject({
    /** GHSA-… as the advisory's address ends. */
    advisory: z.string().regex(/^GHSA(-[0-9a-z]{4}){3}$/),
    package: z.string(),
    reason: z.string().min(20, 'why it does not touch us, in a sentence'),
    /** Looked at again by then: a day such as 2027-03-01, at most half a year away. */
    until: z.iso.date(),
  }),
)
export type Allowed = z.output<typeof allowedSchema>

export function readAllowed(text: string): Allowed {
  return allowedSchema.parse(JSON.parse(text))
}

const via = z.union([z.string(), z.looseObject({ url: z.string(), title: z.string(), severity: z.string() })])
const report = z.looseObject({
  vulnerabilities: z.record(z.string(), z.looseObject({ name: z.string(), range: z.string(), via: z.array(via) })),
})

/** What `npm audit --json` said, held against what is allowed. Pure. */
export function judgeAudit(output: string, allowed: Allowed, now: Date): { lines: string[]; isFine: boolean } {
  const read = report.safeParse(parsed(output))
  if (!read.success)
    return {
      lines: [
        'audit: the advisory service could not be reached. Nothing was checked, and nothing is held against you.',
      ],
      isFine: true,
    }
  const today = now.toISOString().slice(0, 10)
  const found = Object.values(read.data.vulnerabilities).flatMap(({ name, range, via: causes }) =>
    causes.flatMap((each) =>
      typeof each === 'string' ? [] : [{ name, range, ...each, id: each.url.split('/').at(-1) }],
    ),
  )
  const open = found.filter(({ id, name }) => !allowed.some((each) => each.advisory === id && each.package === name))
  const overdue = allowed.filter(({ until }) => until < today)
  const needless = allowed.filter(
    ({ advisory, package: name }) => !found.some((each) => each.id === advisory && each.name === name),
  )
  const lines = [
    ...open.map(({ name, range, severity, title, url }) => `BAD  ${severity} in ${name} ${range}: ${title} (${url})`),
    ...overdue.map(({ advisory, until }) => `BAD  ${advisory} was let pass until ${until}: look at it again`),
    ...needless.map(
      ({ advisory }) => `note ${advisory} is let pass, but nobody reports it any more: take it off the list`,
    ),
  ]
  const isFine = open.length === 0 && overdue.length === 0
  const passed = found.length - open.length
  return { lines: [...lines, `audit: ${open.length} open, ${passed} let pass with a reason.`], isFine }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
