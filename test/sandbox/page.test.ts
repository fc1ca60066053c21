import assert from 'node:assert/strict'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { startTelegramEmulator } from '../../src/sandbox/telegram/emulator.ts'
import { browserSkip, openBrowser } from '../support/browser.ts'
import { obstaclesOn, overflowOf } from '../support/page-checks.ts'
import { suiteScope } from '../support/scope.ts'
import { until } from '../support/until.ts'
import { type Stage, seedText, stages } from './page-stages.ts'

describe('the page of an emulator', { timeout: 230_000, skip: browserSkip() }, () => {
  const scope = suiteScope()
  let browser: Browser
  let folder: string

  before(async () => {
    browser = await openBrowser(scope)
    folder = await mkdtemp(join(tmpdir(), 'vestnik-phones-'))
  })

  for (const [name, prepare] of Object.entries(stages)) {
    it(`${name}: shows what came, presses what is pressed, and makes the fault that is chosen`, async (t) => {
      t.diagnostic(`screenshots: ${folder}`)
      const stage = await prepare(t)
      const { page, troubles } = await open(browser, stage)
      const phone = page.getByRole('region', { name: `Телефон: ${stage.client}` })

      assert.equal((await stage.send(seedText)).status, 200)
      await phone.getByText(seedText).waitFor()
      await stage.send('Пункт 1: 2 < 3 & "да" <script>alert(1)</script>')
      await phone.getByText('Пункт 1: 2 < 3 & "да" <script>alert(1)</script>').waitFor()

      await phone.getByRole('button', { name: 'Понятно' }).first().click()
      await until(async () => stage.pressed.test(await stage.updates()), 10_000, 'the press comes as an update')

      await phone.getByRole('textbox', { name: 'Сообщение боту' }).fill('Спасибо, дошло')
      await page.keyboard.press('Enter')
      await phone.getByText('Спасибо, дошло').waitFor()
      await until(async () => (await stage.updates()).includes('Спасибо, дошло'), 10_000, 'the words come as an update')

      for (const title of stage.impossible) assert.equal(await page.getByText(title, { exact: true }).count(), 0, title)
      await choose(page, 'Лимит запросов', { times: '2', seconds: '7', whom: stage.client })
      await page.getByText('ещё 2 раза').waitFor()
      assert.match((await stage.send('первое')).said, stage.limited)
      await page.getByText('ещё 1 раз').waitFor()
      assert.match((await stage.send('второе')).said, stage.limited)
      await page.getByText('Сейчас всё исправно.').waitFor()
      await choose(page, 'Клиент заблокировал бота')
      assert.match((await stage.send('третье')).said, stage.blocked)
      await choose(page, 'Истёк ключ доступа')
      assert.match((await stage.send('четвёртое')).said, stage.expired)
      await choose(page, 'Потерянный ответ')
      await assert.rejects(stage.send('дошло, а ответ потерян'))
      await phone.getByText('дошло, а ответ потерян').waitFor()
      await choose(page, 'Обрыв соединения', { times: '5' })
      await page.getByRole('button', { name: 'Убрать все сбои' }).click()
      await page.getByText('Сейчас всё исправно.').waitFor()
      assert.equal((await stage.send('снова дошло')).status, 200)
      await phone.getByText('снова дошло').waitFor()
      for (const lost of ['первое', 'второе', 'третье', 'четвёртое']) {
        assert.equal(await phone.getByText(lost, { exact: true }).count(), 0, lost)
      }
      await choose(page, 'Медленный ответ', { seconds: '1' })

      for (const { look, width } of [
        { look: 'light', width: 1280 },
        { look: 'dark', width: 360 },
      ] as const) {
        await page.emulateMedia({ colorScheme: look })
        await page.setViewportSize({ width, height: width === 360 ? 740 : 860 })
        await page.screenshot({ path: join(folder, `${name}-${look}-${width}.png`), fullPage: true })
        assert.equal(await overflowOf(page), 0, `${name} scrolls sideways at ${width}`)
        assert.deepEqual(await obstaclesOn(page), [], `${name}, ${look}, ${width}`)
      }
      await stage.send('и снова')
      await phone.getByText('и снова').waitFor()
      assert.equal(await page.getByRole('radio', { name: /^Медленный ответ/ }).isChecked(), true)
      assert.deepEqual(troubles, [])
      await page.context().close()
    })
  }

  it('WhatsApp: a template is refused, what comes to us is doubled and turned round, reading is told', async (t) => {
    const stage = await stages.whatsapp(t)
    const { page } = await open(browser, stage)
    await choose(page, 'Нет такого шаблона')
    assert.match((await stage.send('свободный текст')).said, /^200/)
    assert.match((await stage.sendTemplate()).said, /^404.*132001/)
    await page.getByText('Сейчас всё исправно.').waitFor()
    await page.getByText('шаблон paid').waitFor()

    const say = async (text: string) => {
      await page.getByLabel('Сообщение боту').fill(text)
      await page.getByRole('button', { name: 'Отправить', exact: true }).click()
      await page.getByRole('log').getByText(text, { exact: true }).waitFor()
    }
    const placesOf = async (text: string) => [...(await stage.updates()).matchAll(new RegExp(`"${text}"`, 'g'))]
    await choose(page, 'Повтор вызова')
    assert.equal(await page.getByLabel('Для кого').isVisible(), false)
    await say('одно')
    await until(async () => (await placesOf('одно')).length === 2, 10_000, 'the words come twice')
    await choose(page, 'Вызовы не по порядку', { times: '2' })
    await say('раньше')
    await say('позже')
    await until(async () => (await placesOf('раньше')).length === 1, 10_000, 'the held words come')
    assert.ok(((await placesOf('позже'))[0]?.index ?? 0) < ((await placesOf('раньше'))[0]?.index ?? 0))

    await page.getByRole('button', { name: 'Прочитать' }).click()
    await page.getByRole('log').getByText('· прочитано').first().waitFor()
    await until(async () => /"status":"read"/.test(await stage.updates()), 10_000, 'reading is told')
    await page.context().close()
  })

  it('faults of what is carried are offered when it is carried', async (t) => {
    const emulator = await startTelegramEmulator()
    t.after(() => emulator.close())
    const page = async () => await (await fetch(emulator.pageUrl)).text()
    assert.ok(!(await page()).includes('Повтор вызова'))
    await fetch(`${emulator.apiRoot}/bot${emulator.token}/setWebhook?url=http://127.0.0.1:9/door`)
    assert.ok((await page()).includes('Повтор вызова') && (await page()).includes('Вызовы не по порядку'))
  })

  it('the contact button gives the number of whoever holds the phone', async (t) => {
    for (const name of ['telegram', 'max'] as const) {
      const stage = await stages[name](t)
      const { page } = await open(browser, stage)
      await page.getByRole('button', { name: 'Отправить мой номер' }).click()
      await until(async () => /79031234567/.test(await stage.updates()), 10_000, 'the number comes')
      await page.getByText('Новый клиент').click()
      await page.getByLabel('Имя').fill('Анна Безномерная')
      await page.getByRole('button', { name: 'Добавить' }).click()
      await page.getByRole('heading', { name: 'Чаты' }).waitFor()
      await page.waitForURL('**/?chat=1002')
      await page.getByText('Анна Безномерная: № 1002, бота не запускал').waitFor()
      await page.context().close()
    }
  })

  it('a client blocks and unblocks the bot without scripts, by keyboard alone', async (t) => {
    const acts = {
      telegram: ['Заблокировать', 'Разблокировать'],
      vk: ['Запретить сообщения', 'Разрешить сообщения'],
      max: ['Остановить бота', 'Запустить снова'],
      whatsapp: ['Заблокировать', 'Разблокировать'],
    } as const
    for (const name of ['telegram', 'vk', 'max', 'whatsapp'] as const) {
      const stage = await stages[name](t)
      const { page } = await open(browser, stage, { javaScriptEnabled: false })
      const [block, unblock] = acts[name]
      const press = async (act: string, next: string) => {
        await page.getByRole('button', { name: act, exact: true }).focus()
        await page.keyboard.press('Enter')
        await page.getByRole('button', { name: next, exact: true }).waitFor()
      }
      await press(block, unblock)
      assert.match((await stage.send('после блокировки')).said, stage.blocked, name)
      await press(unblock, block)
      assert.match((await stage.send('после разблокировки')).said, /^200/, name)
      await page.reload()
      assert.equal(await page.getByText('после блокировки', { exact: true }).count(), 0)
      await page.getByRole('log').getByText('после разблокировки').waitFor()
      await page.context().close()
    }
  })

  it('a chat is reached by Tab, and the choice survives what comes meanwhile', async (t) => {
    const stage = await stages.telegram(t)
    const { page } = await open(browser, stage)
    await page.getByLabel('Сообщение боту').fill('начал пис')
    await page.getByRole('radio', { name: /^Молчание/ }).check()
    await page.getByRole('radio', { name: /^Молчание/ }).focus()
    await stage.send('пришло между делом')
    await page.getByText('пришло между делом').first().waitFor()
    assert.equal(await page.getByLabel('Сообщение боту').inputValue(), 'начал пис')
    assert.equal(await page.getByRole('radio', { name: /^Молчание/ }).isChecked(), true)
    assert.equal(await page.evaluate('document.activeElement.value'), 'hang')
    await page.goto(stage.pageUrl)
    await page.waitForFunction('document.readyState === "complete"')
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'К телефону клиента')
    await page.keyboard.press('Tab')
    assert.match(String(await page.evaluate('document.activeElement.textContent')), /Петров <b>/)
    assert.equal(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'solid')
    await page.context().close()
  })
})

async function open(browser: Browser, stage: Stage, more: { javaScriptEnabled?: boolean } = {}) {
  const context = await browser.newContext({ locale: 'ru-RU', viewport: { width: 1280, height: 860 }, ...more })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const troubles: string[] = []
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()))
  page.on('pageerror', (error) => troubles.push(error.message))
  page.on('request', (request) => request.url().startsWith(stage.pageUrl) || troubles.push(request.url()))
  await page.goto(stage.pageUrl)
  return { page, troubles }
}

/** Chooses a fault as an operator does, and waits until it is armed. */
async function choose(page: Page, title: string, more: { times?: string; seconds?: string; whom?: string } = {}) {
  await page.getByRole('radio', { name: new RegExp(`^${title}`) }).check()
  await page.getByLabel('Сколько раз').fill(more.times ?? '1')
  if (more.seconds !== undefined) await page.getByLabel('Секунд').fill(more.seconds)
  if (more.whom !== undefined) await page.getByLabel('Для кого').selectOption({ label: more.whom })
  await page.getByRole('button', { name: 'Устроить сбой' }).click()
  await page.getByRole('listitem').filter({ hasText: title }).filter({ hasText: 'ещё' }).waitFor()
}
