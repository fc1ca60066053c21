import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sql } from '../../src/db/sql.ts'
import { pauseBot } from '../../src/deliveries/store/limits.ts'
import { openDashboard, type TestDashboard } from './open.ts'
import { keepOnly, makeMessage } from './seed.ts'
import { makeTown } from './town.ts'
import { readable } from './visitor.ts'

describe('the first page', { timeout: 200_000 }, () => {
  it('counts the day, and each count leads to its messages', async (t) => {
    const dashboard = await openDashboard(t)
    const { ivan } = await makeTown(dashboard)
    const operator = await dashboard.operator()
    const now = { at: new Date() }
    for (let index = 0; index < 3; index++)
      await makeMessage(dashboard, { ...now, client: ivan, state: 'failed', reason: 'not_found' })
    const { text } = await operator.get('/today')
    const failed = /<a href="([^"]+)" class="bad"><b>(\d+)<\/b> <span>не дошло/.exec(text)
    const listed = await operator.get(failed?.[1]?.replaceAll('&amp;', '&') ?? '')
    assert.equal((listed.text.match(/class="state bad"/g) ?? []).length, Number(failed?.[2]))

    const hand =
      /<a href="([^"]+)"><span class="state bad">не дошло<\/span>\s*<span>чат не найден<\/span> <b>3<\/b>/.exec(text)
    const three = await operator.get(hand?.[1]?.replaceAll('&amp;', '&') ?? '')
    assert.equal((three.text.match(/class="state bad"/g) ?? []).length, 3)
    assert.match(readable(text), /неизвестно ответ мессенджера потерян 1 Спросите этих клиентов, пришло ли сообщение/)
    assert.doesNotMatch(readable(text), /тестовое событие/)
  })

  it('names the message that has waited longest, and why', async (t) => {
    const dashboard = await openDashboard(t)
    const { ivan } = await makeTown(dashboard)
    await makeMessage(dashboard, {
      client: ivan,
      state: 'waiting',
      at: new Date(Date.now() - 5 * 3_600_000),
      nextAttemptAt: new Date(Date.now() + 3_600_000),
    })
    const page = readable((await (await dashboard.operator()).get('/today')).text)
    assert.match(page, /уже 13.минут\. ждёт До мессенджера нет связи/, 'quiet hours are no waiting')
  })

  it('shows the weather of each channel', async (t) => {
    const dashboard = await openDashboard(t)
    const operator = await dashboard.operator()
    const weather = async () => readable((await operator.get('/today')).text)
    assert.match(await weather(), /Telegram работает/)
    assert.match(await weather(), /Не подключены к сервису: MAX, ВКонтакте и WhatsApp/)

    await pause(dashboard, '429', false)
    assert.match(
      await weather(),
      /Telegram пауза Мессенджер просит слать реже, продолжим (сегодня|завтра) \d\d:\d\d ?\. Ответ мессенджера: 429/,
    )
    await pause(dashboard, '401', true)
    assert.match(await weather(), /Telegram не работает Мессенджер не принимает токен/)
  })

  it('asks for a word about an infobase that nobody knows', async (t) => {
    const dashboard = await openDashboard(t)
    const { ivan } = await makeTown(dashboard)
    const kept = (infobase: string) => keepOnly(dashboard, { client: ivan, event: { infobase } })
    await kept('buh-prod')
    const held = await kept('buh-copy <b>')
    const operator = await dashboard.operator()
    assert.match(
      readable((await operator.get('/today')).text),
      /удержано 1С: новая база «buh-copy <b>» 1 Проверьте, не копия ли/,
    )
    assert.match(readable((await operator.get(`/events/${held}`)).text), /Событие удержано/)
  })

  it('says when the service keeps its messages to itself', async (t) => {
    const dashboard = await openDashboard(t, { sendMode: 'test' })
    const { ivan } = await makeTown(dashboard)
    const operator = await dashboard.operator()
    assert.match(readable((await operator.get('/today')).text), /Режим проверки: никому ничего не отправляется/)
    assert.match(readable((await operator.get(`/clients/${ivan.id}`)).text), /Сервис работает в режиме проверки/)
  })
})

async function pause({ services }: TestDashboard, code: string, isBroken: boolean): Promise<void> {
  await services.db.run(sql`insert into channel_limits (channel) values ('telegram') on conflict do nothing`)
  await pauseBot(services.db, 'telegram', {
    ms: 60_000,
    code,
    description: 'retry later',
    brokenCount: isBroken ? 1 : 0,
  })
}
