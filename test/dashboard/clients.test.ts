import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { z } from 'zod'
import type { Client } from '../../src/clients/client.ts'
import { addressIndex, contactsOf } from '../../src/clients/store.ts'
import { hashPassword } from '../../src/dashboard/access/password.ts'
import { createUser, setPassword } from '../../src/dashboard/access/users/store.ts'
import { sql } from '../../src/db/sql.ts'
import { insertQuestion, listQuestions } from '../../src/questions/store.ts'
import { suiteScope } from '../support/scope.ts'
import { makeClient, openDashboard, password, type TestDashboard } from './open.ts'
import { makeTown, type Town } from './town.ts'
import { readable, type Visitor } from './visitor.ts'

describe('what an operator does for a client', { timeout: 120_000 }, () => {
  const scope = suiteScope()
  let dashboard: TestDashboard
  let town: Town
  let admin: Visitor
  let kazan: Visitor

  before(async () => {
    dashboard = await openDashboard(scope)
    town = await makeTown(dashboard)
    admin = await dashboard.operator()
    const passwordHash = await hashPassword(password)
    const user = { name: 'kazan', role: 'operator', branches: ['KZ-02'], passwordHash } as const
    await createUser(dashboard.services.db, user)
    await setPassword(dashboard.services.db, { name: 'kazan', passwordHash, mustChange: false })
    kazan = dashboard.visitor()
    assert.equal((await kazan.post('/login', { username: 'kazan', password })).status, 303)
  })

  const asks = async (client: Client, text: string): Promise<string> => {
    const { services } = dashboard
    const [contact] = await contactsOf(services, client)
    assert.ok(contact)
    await insertQuestion(services, {
      client,
      contactId: contact.id,
      channel: 'telegram',
      addressIndex: addressIndex(services.vault, 'telegram', contact.address),
      branch: 'NN-01',
      zone: null,
      text,
      updateKey: text,
    })
    const [question] = await listQuestions(services, {}, { branchCode: null }, 1)
    return question?.id ?? assert.fail('no question')
  }
  const noted = async (act: string) =>
    await dashboard.services.db.many(
      z.object({ who: z.string(), outcome: z.string() }),
      sql`select who, outcome from audit where act = ${act} order by id`,
    )

  it('an operator answers a question once; another reads his answer and keeps what he has typed', async () => {
    const id = await asks(town.ivan, 'Когда <b>деньги</b>?')
    assert.match(readable((await admin.get('/today')).text), /ждут ответа Вопросы клиентов 1/)
    await admin.get('/questions')
    const slow = dashboard.visitor()
    assert.equal((await slow.post('/login', { username: 'admin', password })).status, 303)
    assert.match(readable((await slow.get('/questions')).text), /Когда <b>деньги<\/b>\?/)
    const answered = await admin.submit(`/questions/${id}/answer`, { text: 'Завтра до полудня' })
    assert.equal(answered.location, '/questions?done=answered')
    const late = await slow.submit(`/questions/${id}/answer`, { text: 'Послезавтра' })
    assert.equal(late.status, 409)
    assert.match(readable(late.text), /уже ответили.*Завтра до полудня.*Вы написали Послезавтра/)
    assert.deepEqual(
      (await noted('question.answer')).map(({ outcome }) => outcome),
      ['done', 'refused'],
    )
    assert.match(readable((await admin.get('/questions?state=answered')).text), /Завтра до полудня/)
  })

  it('an operator of another branch sees neither the question nor the client, and can do nothing to them', async () => {
    const id = await asks(town.ivan, 'Где мой акт?')
    assert.doesNotMatch((await kazan.get('/questions')).text, /Где мой акт/)
    const csrf = /name="_csrf" value="([^"]+)"/.exec((await kazan.get('/questions')).text)?.[1] ?? ''
    for (const path of [
      `/questions/${id}/answer`,
      `/questions/${id}/close`,
      ...['link', 'code', 'unlink', 'withdraw', 'merge', 'erase'].map((act) => `/clients/${town.ivan.id}/${act}`),
    ])
      assert.equal((await kazan.post(path, { _csrf: csrf, text: 'x', word: 'удалить' })).status, 404, path)
    assert.equal((await admin.post(`/clients/${town.ivan.id}/erase`, { word: 'удалить' })).status, 403, 'no token')
    assert.equal((await kazan.get(`/clients/${town.ivan.id}/consents`)).status, 404)
  })

  it('a code is shown once, a word of refusal is kept as the operator’s act, a messenger is taken away', async () => {
    const at = `/clients/${town.ivan.id}`
    await admin.get(at)
    assert.match((await admin.submit(`${at}/code`)).text, /class="secret">\d{6}</)
    await admin.get(at)
    const withdrawn = await admin.post(`${at}/withdraw`, { _csrf: await csrf(at), purpose: 'service' })
    assert.equal(withdrawn.location, `${at}?done=withdrawn`)
    const proof = readable((await admin.get(`${at}/consents`)).text)
    assert.match(proof, /отказ.*записано оператором со слов клиента.*согласие/)
    const file = await admin.get(`${at}/consents.json`)
    assert.match(file.headers.get('content-disposition') ?? '', /attachment/)
    assert.equal(JSON.parse(file.text).items.length, 2)
    const unlinked = await admin.post(`${at}/unlink`, { _csrf: await csrf(at), channel: 'telegram' })
    assert.equal(unlinked.location, `${at}?done=unlinked`)
    assert.deepEqual(await contactsOf(dashboard.services, town.ivan), [])
  })

  it('two records of one phone are made one, and a client is erased, only by who means it', async () => {
    const [one, two] = [
      await makeClient(dashboard, { externalId: 'double-1', phone: '+79031110099', fullName: 'Двойников Пётр' }),
      await makeClient(dashboard, { externalId: 'double-2', phone: '+79031110099', fullName: 'Двойников Петр' }),
    ]
    const at = `/clients/${one.id}`
    assert.match(readable((await admin.get(at)).text), /Похоже, это один человек/)
    assert.equal((await admin.submit(`${at}/merge`)).status, 422)
    await admin.get(at)
    const merged = await admin.submit(`${at}/merge`, { sure: 'true' })
    assert.equal(merged.location, `${at}?done=merged`, merged.text)
    assert.doesNotMatch(readable((await admin.get(at)).text), /Похоже, это один человек/)
    assert.notEqual(one.id, two.id)

    assert.equal((await admin.submit(`${at}/erase`, { word: 'нет' })).status, 422)
    assert.equal((await admin.post(`${at}/erase`, { _csrf: await csrf(at), word: 'Удалить' })).status, 303)
    assert.match(readable((await admin.get(at)).text), /Данные удалены/)
    assert.deepEqual(
      (await noted('client.erase')).filter(({ who }) => who === 'admin').map(({ outcome }) => outcome),
      ['denied', 'done'],
    )
  })

  async function csrf(path: string): Promise<string> {
    return /name="_csrf" value="([^"]+)"/.exec((await admin.get(path)).text)?.[1] ?? ''
  }
})
