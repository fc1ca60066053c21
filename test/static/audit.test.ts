import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { judgeAudit, readAllowed } from '../../tools/advisories.ts'

const now = new Date('2026-11-24T12:00:00Z')
const advisory = { url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc', title: 'Slow pattern', severity: 'high' }
const output = JSON.stringify({
  vulnerabilities: {
    thing: { name: 'thing', range: '<2.0.0', via: [advisory] },
    user: { name: 'user', range: '*', via: ['thing'] },
  },
})
const letPass = {
  advisory: 'GHSA-aaaa-bbbb-cccc',
  package: 'thing',
  reason: 'Only its parser is touched, which is never given foreign text.',
  until: '2027-01-31',
}

describe('npm run audit', () => {
  it('holds an advisory against us that nobody let pass, and one whose time to look again has come', () => {
    const open = judgeAudit(output, [], now)
    assert.equal(open.isFine, false)
    assert.match(open.lines.join('\n'), /BAD {2}high in thing <2\.0\.0: Slow pattern/)
    assert.equal(judgeAudit(output, [letPass], now).isFine, true)
    const late = judgeAudit(output, [{ ...letPass, until: '2026-11-01' }], now)
    assert.deepEqual([late.isFine, /look at it again/.test(late.lines.join())], [false, true])
    assert.match(judgeAudit('{"vulnerabilities":{}}', [letPass], now).lines[0] ?? '', /take it off the list/)
  })

  it('says plainly when the service of advisories cannot be reached, and is no gate then', () => {
    for (const silence of ['', '{"message":"request failed","error":{"code":"ENOTFOUND"}}']) {
      const { lines, isFine } = judgeAudit(silence, [letPass], now)
      assert.deepEqual([isFine, /could not be reached/.test(lines[0] ?? '')], [true, true])
    }
  })

  it('lets nothing pass without a reason and a day to look at it again, half a year away at most', () => {
    const allowed = readAllowed(readFileSync(new URL('../../tools/audit-allowed.json', import.meta.url), 'utf8'))
    const halfAYear = new Date(Date.now() + 183 * 86_400_000).toISOString().slice(0, 10)
    for (const { advisory: id, until } of allowed) assert.ok(until <= halfAYear, `${id} until ${until}`)
    assert.throws(() => readAllowed(JSON.stringify([{ ...letPass, reason: 'fine' }])))
  })
})
