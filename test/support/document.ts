import { readFile, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { OpenApi } from '../../src/docs/openapi.ts'

/** Holds what a service takes and answers against its own /openapi.json. */
export type Documented = {
  document: OpenApi
  /** @throws when the document promises another answer. */
  checkAnswer(call: { method: string; path: string; status: number; body: unknown }): void
  /** What the document says against that body; undefined when it fits. */
  faultOfBody(method: string, template: string, body: unknown): string | undefined
  faultOfAnswer(method: string, template: string, status: string, body: unknown): string | undefined
  faultOfCanonical(event: unknown): string | undefined
}

const known = new Map<string, Promise<Documented | undefined>>()

/** The document of the service at that address, asked for once; undefined when it serves none. */
export async function documentedAt(url: string): Promise<Documented | undefined> {
  const asked = known.get(url) ?? ask(url)
  known.set(url, asked)
  const documented = await asked
  if (documented === undefined) known.delete(url)
  return documented
}

/** The same for whoever only has answers checked: the document is made once for the whole run. */
export async function documentedInRun(url: string): Promise<Documented | undefined> {
  const asked = known.get('run') ?? readOrAsk(url)
  known.set('run', asked)
  const documented = await asked
  if (documented === undefined) known.delete('run')
  return documented
}

async function readOrAsk(url: string): Promise<Documented | undefined> {
  const file = join(process.env['TEST_BUILD'] ?? tmpdir(), 'openapi.json')
  const kept = await readFile(file, 'utf8').catch(() => undefined)
  if (kept !== undefined) return documentedBy(JSON.parse(kept))
  const documented = await documentedAt(url)
  if (documented && process.env['TEST_BUILD'] !== undefined) {
    await writeFile(`${file}.${process.pid}`, JSON.stringify(documented.document))
    await rename(`${file}.${process.pid}`, file)
  }
  return documented
}

async function ask(url: string): Promise<Documented | undefined> {
  const answer = await fetch(`${url}/openapi.json`).catch(() => undefined)
  return answer?.status === 200 ? documentedBy(JSON.parse(await answer.text())) : undefined
}

export function documentedBy(document: OpenApi): Documented {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema(document, 'openapi')
  const faultAt = (pointer: readonly string[], value: unknown): string | undefined => {
    const validate = ajv.getSchema(`openapi#/${pointer.map(escaped).join('/')}`)
    if (validate === undefined) return `the document has nothing at ${pointer.join(' ')}`
    return validate(value) === true ? undefined : ajv.errorsText(validate.errors, { separator: '\n' })
  }
  const json = ['content', 'application/json', 'schema']
  const faultOfBody: Documented['faultOfBody'] = (method, template, body) =>
    faultAt(['paths', template, method, 'requestBody', ...json], body)
  const faultOfAnswer: Documented['faultOfAnswer'] = (method, template, status, body) =>
    faultAt(['paths', template, method, 'responses', status, ...json], body)
  return {
    document,
    faultOfBody,
    faultOfAnswer,
    faultOfCanonical: (event) => faultAt(['components', 'schemas', 'CanonicalEvent'], event),
    checkAnswer: ({ method, path, status, body }) => {
      const verb = method.toLowerCase()
      const template = templateOf(document, verb, path)
      // What is no call of ours is 404 in the common shape.
      const fault =
        template === undefined ? faultOfError(status, body) : faultOfAnswer(verb, template, String(status), body)
      if (fault === undefined) return
      throw new Error(
        `${method} ${path} answered what /openapi.json does not promise (${status}): ${fault}\n${JSON.stringify(body)}\n` +
          'Mend the `answer` schema of the route, or add the code to its `errors`.',
      )
    },
  }
}

function faultOfError(status: number, body: unknown): string | undefined {
  const isError = typeof body === 'object' && body !== null && 'code' in body && 'message' in body && 'errors' in body
  return status >= 400 && isError ? undefined : 'no such call, and no error either'
}

/** The call that this path is one of; words that stand in the template count before parameters. */
function templateOf(document: OpenApi, verb: string, path: string): string | undefined {
  const asked = path.replace(/[?#].*$/, '').replace(/\/$/, '')
  const fits = Object.entries(document.paths)
    .filter(([, item]) => Object.hasOwn(item, verb))
    .map(([template]) => template)
    .filter((template) => new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(asked))
  return fits.sort((a, b) => parametersIn(a) - parametersIn(b))[0]
}

function parametersIn(template: string): number {
  return template.split('{').length - 1
}

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
}
