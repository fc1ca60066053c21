import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { insertClients } from '../../src/clients/store.ts'
import { sql } from '../../src/db/sql.ts'
import { makeClient, openDashboard, type TestDashboard } from './open.ts'
import { makeMessage } from './seed.ts'
import { makeTown } from './town.ts'
import { readable, type Visitor } from './visitor.ts'

const phoneSpellings = [
  '+79129876543',
  '89129876543',
  '79129876543',
  '9129876543',
  '8 (912) 987-65-43',
  '+7 912 987 65 43',
  '8-912-987-6543',
  'тел. 8(912)987-65-43',
  '+7 (912) 987-65-43, доб. 12',
  ' 8 912 9876543 ',
]

async function searchFor(operator: Visitor, q: string): Promise<string> {
  const answer = await operator.get(`/journal?q=${encodeURIComponent(q)}`)
  assert.equal(answer.status, 200, q)
  return readable(answer.text)
}

describe('«Почему не дошло?»', { timeout: 200_000 }, () => {
  it('one search field leads to the client, however the caller names himself', async (t) => {
    const dashboard = await openDashboard(t)
    const town = await makeTown(dashboard)
    const operator = await dashboard.operator()

    await t.test('by phone in every spelling', async () => {
      for (const spelling of phoneSpellings) {
        const page = await searchFor(operator, spelling)
        assert.match(page, /Сидоров Пётр Алексеевич \+7 912 987-65-43/, spelling)
        assert.doesNotMatch(page, /Иванов/, spelling)
      }
    })

    await t.test('by name in any order, case and with е for ё, and by the last digits of the phone', async () => {
      for (const q of ['сидоров', 'ПЕТР СИДОРОВ', 'Сидоров П', 'пётр  алексеевич', '6543', '98-76-543']) {
        assert.match(await searchFor(operator, q), /Сидоров Пётр Алексеевич \+7 912/, q)
      }
    })

    await t.test('by the number of the ПСА, whole or its end, and by the GUID of the document', async () => {
      const spellings = [
        'ПСА-000461',
        'пса-000461',
        'ПСА 000461',
        'ПСA-000461',
        'пса461',
        '461',
        'ПСА–000461',
        'id-of-ПСА-000461',
      ]
      for (const q of spellings) {
        const page = await searchFor(operator, q)
        assert.match(page, /Сидоров Пётр Алексеевич/, q)
        assert.match(page, /ПСА-000461/, q)
        assert.doesNotMatch(page, /ПСА-000399/, `${q}: only this document's messages`)
      }
    })

    await t.test("by the sender's code of the client, and by ours", async () => {
      for (const q of ['client-petr', town.petr.id]) assert.match(await searchFor(operator, q), /Сидоров Пётр/, q)
    })

    await t.test('an event is opened at once', async () => {
      const { eventId, id, event } = town.blocked
      for (const q of [eventId, id, event.id ?? '']) {
        const answer = await operator.get(`/journal?q=${encodeURIComponent(q)}`)
        assert.equal(answer.status, 302, q)
        assert.equal(answer.location, `/events/${eventId}`)
      }
    })

    await t.test('the answer is one cause, one advice and the attempts', async () => {
      const page = await searchFor(operator, '+79129876543')
      assert.match(page, /Сейчас сообщение не дойдёт\. Клиент заблокировал бота\./)
      assert.match(page, /Почему: Клиент заблокировал бота\./)
      assert.match(page, /Что делать: Попросите клиента разблокировать бота и нажать «Начать»\./)
      assert.match(page, /1 попытка/)
      assert.match(page, /мессенджер отказал за 0,18.с/)
      assert.match(page, /403 Forbidden: bot was blocked by the user/)
      assert.match(page, /доставлено 2|прочитано/)
    })

    await t.test('what the messenger cannot report is said, and a lost answer is no failure', async () => {
      const page = await searchFor(operator, 'иванов')
      assert.match(page, /Сообщение о выплате уйдёт в Telegram\./)
      assert.match(page, /отправлено Telegram/)
      assert.match(page, /Telegram не может сообщить о доставке и прочтении\./)
      assert.match(page, /сообщение могло дойти, а могло и нет/)
      assert.match(page, /Следующая попытка: сегодня|Следующая попытка: завтра/)
    })

    await t.test('who is not found is told how to look', async () => {
      assert.match(await searchFor(operator, '8903123456'), /цифр в нём 10 вместо 11/)
      assert.match(await searchFor(operator, '+79990000000'), /Телефон \+7 999 000-00-00 не встречался/)
      assert.match(await searchFor(operator, 'Несуществующий'), /Ничего не нашлось по запросу «Несуществующий»/)
    })

    await t.test('no code of ours is shown, and nothing personal is logged', async () => {
      const page = readable((await operator.get('/journal')).text)
      for (const code of ['no_contact', 'blocked ', 'unknown', 'skipped', 'payout.', 'queued', 'test_mode']) {
        assert.ok(!page.includes(code), code)
      }
      const log = dashboard.logLines.join('\n')
      for (const secret of ['9876543', '987-65-43', 'Сидоров', '%D0', 'сидоров', 'ПСА'])
        assert.ok(!log.includes(secret), secret)
    })

    await t.test('names with markup are text', async () => {
      const answer = await operator.get('/journal')
      assert.ok(!answer.text.includes('Владиславовна <b>'))
      assert.ok(answer.text.includes('Владиславовна &lt;b&gt;'))
      const page = await operator.get(`/journal?q=${encodeURIComponent('"><script>alert(1)</script>')}`)
      assert.ok(!page.text.includes('<script>alert'))
      assert.ok(page.text.includes('value="&quot;&gt;&lt;script&gt;'))
    })
  })

  it('several people on one phone are listed, each with a way to his page', async (t) => {
    const dashboard = await openDashboard(t)
    const operator = await dashboard.operator()
    const father = await makeClient(dashboard, { externalId: 'a', phone: '+79031112233', fullName: 'Орлов Олег Ильич' })
    await makeClient(dashboard, { externalId: 'b', phone: '+79031112233', fullName: 'Орлова Анна Олеговна' })
    await makeMessage(dashboard, { client: father, state: 'sent' })

    const answer = await operator.get('/journal?q=89031112233')
    assert.match(readable(answer.text), /Найдено по телефону: 2.клиента/)
    assert.match(readable(answer.text), /Орлова Анна Олеговна/)
    const link = new RegExp(`href="(/clients/${father.id})"`).exec(answer.text)?.[1] ?? ''
    const page = await operator.get(link)
    assert.match(readable(page.text), /Орлов Олег Ильич/)
    assert.match(readable(page.text), /Выплата зачислена/)
    assert.match(readable(page.text), /Клиент не подключил ни одного мессенджера/)
  })

  it('of an erased client only the facts are left', async (t) => {
    const dashboard = await openDashboard(t)
    const { petr, blocked } = await makeTown(dashboard)
    const operator = await dashboard.operator()
    await dashboard.services.db.run(sql`update clients set erased_at = now(), data_key = null where id = ${petr.id}`)
    const pages = [`/clients/${petr.id}`, `/events/${blocked.eventId}`, '/journal', '/journal?q=89129876543']
    for (const path of pages) {
      const answer = await operator.get(path)
      assert.equal(answer.status, 200, path)
      assert.doesNotMatch(answer.text, path.includes('?q=') ? /Сидоров/ : /Сидоров|987-65-43/, path)
    }
    assert.match(readable((await operator.get(`/clients/${petr.id}`)).text), /Данные удалены/)
  })

  it('a name is looked for among the latest 5 000 clients, and the page says so; a whole phone is always found', async (t) => {
    const dashboard = await openDashboard(t)
    const operator = await dashboard.operator()
    await makeClient(dashboard, { externalId: 'old', phone: '+79035550000', fullName: 'Иголкин Игорь' })
    await fillTown(dashboard, 5_000)
    const page = await searchFor(operator, 'Иголкин')
    assert.match(page, /Ничего не нашлось/)
    assert.match(page, /просмотрены только 5.000 новых клиентов/)
    assert.match(await searchFor(operator, '+79035550000'), /Иголкин Игорь/)
    const many = await searchFor(operator, 'жилец')
    assert.match(many, /Найдено по имени: 50.клиентов\. Показаны не все/)
  })
})

async function fillTown(dashboard: TestDashboard, count: number): Promise<void> {
  for (let made = 0; made < count; made += 1_000) {
    const people = Array.from({ length: 1_000 }, (_, index) => ({
      externalId: `resident-${made + index}`,
      fullName: `Жилец Номер ${made + index}`,
    }))
    await insertClients(dashboard.services, people)
  }
}
