import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type ReplayOptions, replayDead } from '../../src/cli/replay.ts'
import { onDatabase } from '../support/postgres.ts'
import { runProcess } from '../support/process.ts'
import { suiteScope } from '../support/scope.ts'
import { startService, type TestService, testEnvironment } from '../support/service.ts'
import { accepted, cameTo, decided, linkedSomeone, payout, type Someone, someone, sumsOn } from '../support/story.ts'

describe('replay', { timeout: 120_000 }, () => {
  const scope = suiteScope()
  let service: TestService
  let people: Someone[]
  /** Three payouts that Telegram refused, and one to somebody who has no messenger. */
  let failed: string[]
  const url = () => service.services.config.DATABASE_URL ?? ''

  before(async () => {
    service = await startService(scope)
    people = [await linkedSomeone(service), await linkedSomeone(service)]
    failed = []
    for (const [person, sum] of [
      [people[0], 1],
      [people[0], 2],
      [people[1], 3],
    ] as const) {
      assert.ok(person)
      service.telegram.faults.error(400, 'Bad Request: strange', {
        chatId: String(person.chat),
        textIncludes: '₽',
        times: 1,
      })
      failed.push(await accepted(service, payout(person, sum)))
      await cameTo(service, failed.at(-1) ?? '', 'failed')
    }
    const { phone } = someone()
    const stranger = await accepted(service, { ...payout({ id: 'nobody-1' }, 4), client: { id: 'nobody-1', phone } })
    await decided(service, stranger)
    await cameTo(service, await accepted(service, payout(people[1] ?? { id: '' }, 5)), 'sent')
  })

  const replay = async (options: Partial<ReplayOptions> = {}) => {
    let said = ''
    const steps: number[] = []
    const told = await replayDead(
      service.services,
      { limit: 100, ...options },
      { write: (text) => (said += text), onProgress: (done) => steps.push(done) },
    )
    return { ...told, said, steps }
  }

  it('on trial says how many there are, why, and of how many people; nobody hears of it', async () => {
    const { said, resent } = await replay({ dryRun: true })
    assert.equal(resent, 0)
    assert.match(said, /Недоставленных сообщений: 4, клиентов: 3\n/)
    assert.match(said, / {2}3 {2}rejected_by_channel, telegram\n/)
    assert.match(said, / {2}1 {2}no_contact, без канала\n/)
    assert.match(said, /ничего не отправлено/)
    for (const person of people) assert.ok(!said.includes(person.phone) && !said.includes(person.id))
    assert.match((await replay({ dryRun: true, channel: 'vk' })).said, /сообщений: 0/)
    assert.match((await replay({ dryRun: true, side: 'unreachable' })).said, /сообщений: 1/)
    assert.match((await replay({ dryRun: true, state: 'failed', to: new Date(0) })).said, /сообщений: 0/)
  })

  it('leaves out what is too old to be news', async () => {
    const [oldest = ''] = failed
    const age = (days: number) =>
      onDatabase(url(), (client) =>
        client.query(`update deliveries set created_at = created_at - $2 * interval '1 day' where event_id = $1`, [
          oldest,
          days,
        ]),
      )
    await age(31)
    assert.match((await replay({ dryRun: true })).said, /сообщений: 3,.*Слишком старых, их не отправляем: 1\n/s)
    await age(-31)
  })

  it('sends one event alone, then the rest in their order, each once, and nobody who has got it hears of it again', async () => {
    const event = failed[2] as ReplayOptions['event'] & string
    assert.equal((await replay({ event })).resent, 1)
    await cameTo(service, event, 'sent')

    const all = await replay()
    assert.deepEqual([all.resent, all.steps], [2, [1, 2, 3]])
    assert.match(all.said, /Отправить нельзя:\n {2}1 {2}Клиент не подключил/)
    for (const each of failed) await cameTo(service, each, 'sent')
    assert.deepEqual(
      people.map((each) => sumsOn(service.telegram, each)),
      [
        [1, 2],
        [5, 3],
      ],
    )
    const again = await replay()
    assert.equal(again.resent, 0)
    assert.match(again.said, /сообщений: 1, /)
  })

  it('as a command explains itself, and refuses a filter that it does not know', async () => {
    const environment = testEnvironment(url(), {
      TELEGRAM_BOT_TOKEN: service.telegram.token,
      TELEGRAM_API_ROOT: service.telegram.apiRoot,
    })
    const [trial, wrong] = await Promise.all([
      runProcess(['src/cli/main.ts', 'replay', '--dry-run'], environment),
      runProcess(['src/cli/main.ts', 'replay', '--reason', 'bad_mood'], environment),
    ])
    assert.deepEqual([trial.code, /Пробный запуск/.test(trial.output)], [0, true], trial.output)
    assert.deepEqual([wrong.code, /Allowed choices are/.test(wrong.output)], [1, true], wrong.output)
  })
})
