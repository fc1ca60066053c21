import { after } from 'node:test'
import type { Cleanup } from './cleanup.ts'

/** What belongs to a whole suite: call it in the body of `describe`, give it to whatever is begun in `before`. */
export function suiteScope(): Cleanup {
  const works: (() => Promise<void>)[] = []
  after(async () => {
    for (let next = works.pop(); next; next = works.pop()) await next()
  })
  return { after: (work) => void works.push(work) }
}
