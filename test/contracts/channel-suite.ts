import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Button, Message } from '../../src/channels/message.ts'
import { assertClean, type ChannelHarness, collecting, textsOf, timed, until, wordsOf } from '../channels/harness.ts'

export type { ChannelHarness } from '../channels/harness.ts'

const texts = {
  'the seed sentence':
    'Выплата 14\u00a0500\u00a0₽ за лом меди зачислена на карту 12:43 МСК. Спасибо, что выбираете нашу площадку!',
  'marks of every messenger':
    '<b>ООО</b> "Лом & Ко" &amp; &lt; *жирно* _курсив_ [id1|x] [a](b) `код` ~нет~ @all #тег \\_',
  emoji: 'Готово ✅ 👩‍🔧🇷🇺 1️⃣',
  'marks of direction': 'Имя \u200fעברית\u200e и дальше',
  'line breaks': 'первая\nвторая\n\nчетвёртая',
  'a name and a reason with all of it':
    'ООО <b>"Лом & Ко"</b> *id1 (Хозяин)*, @id1 (он), [id1|Иван] _О’Коннор_ \u200fעברית\u200e 👷‍♂️\n\u00a0~Причина~: `НДС` &lt; 20\u00a0%;\n> ждём\n- звоните',
  'combined and no-break characters': 'й е\u0308 «кавычки» — тире\u202fузкий\u2009тонкий',
}

const buttons: Button[][] = [
  [{ kind: 'callback', text: 'Понятно', payload: 'ok:1' }],
  [{ kind: 'link', text: 'Наш сайт', url: 'https://example.com/r/abc?x=1&y=<2>' }],
]

const picture = { url: 'https://cdn.example.com/logo.png' }

/** What a messenger has not, by its own documentation. */
export type Lacks = {
  /** It tells neither of a block nor of its end, and answers a blocked send as one to an unknown number. */
  blocks?: true
  /** Nobody can share his own number with us. */
  contacts?: true
  /** We send it no pictures; why not is in docs/ru/oformlenie.md. */
  pictures?: true
}

/** What every channel promises (src/channels/channel.ts), against a real HTTP server that plays the messenger. */
export function channelSuite(name: string, makeHarness: () => Promise<ChannelHarness>, lacks: Lacks = {}): void {
  const scene = (title: string, play: (h: ChannelHarness, t: TestContext) => Promise<void>) =>
    test(`${name}: ${title}`, { timeout: 40_000 }, async (t) => {
      const harness = await makeHarness()
      t.after(() => harness.close())
      await play(harness, t)
    })
  const outcomeOf = async (h: ChannelHarness, message: Message, to = h.person.address, channel = h.channel) => {
    const outcome = await channel.send({
      address: to,
      message,
      deliveryId: 'dlv_0197f3c1d2b07a3e8f00000000000001',
      lastWroteAt: new Date(),
    })
    assertClean(h, outcome, message)
    return outcome
  }
  const plain: Message = { text: 'Выплата зачислена' }

  for (const [what, text] of Object.entries(texts)) {
    scene(`${what} reaches the client letter for letter`, async (h) => {
      h.person.start('')
      assert.equal((await outcomeOf(h, { text })).kind, 'sent')
      assert.deepEqual(textsOf(h), [text])
    })
  }

  scene('buttons come with the message', async (h) => {
    h.person.start('')
    const outcome = await outcomeOf(h, { ...plain, buttons })
    assert.ok(outcome.kind === 'sent' && outcome.providerMessageId !== '')
    assert.deepEqual(h.person.received().at(-1)?.buttons, ['Понятно', 'Наш сайт'])
  })

  scene('a picture is a decoration: text and buttons come whether it is shown or not, in one message', async (h) => {
    h.person.start('')
    const before = h.person.received().length
    for (const _ of [1, 2]) assert.equal((await outcomeOf(h, { ...plain, picture, buttons })).kind, 'sent')
    const seen = {
      text: plain.text,
      buttons: ['Понятно', 'Наш сайт'],
      picture: lacks.pictures ? undefined : picture.url,
    }
    const shown = h.person.received().slice(before)
    assert.deepEqual(
      shown.map((each) => ({ ...each, picture: each.picture })),
      [seen, seen],
    )
  })

  if (!lacks.pictures) {
    scene('a picture that the messenger does not take is left out, and the message comes, once', async (h) => {
      h.person.start('')
      h.faults.rejectedPicture?.()
      assert.equal((await outcomeOf(h, { ...plain, picture })).kind, 'sent')
      assert.deepEqual(
        h.person.received().map((each) => [each.text, each.picture]),
        [[plain.text, undefined]],
      )
    })
  }

  scene('what the messenger would surely refuse is broken before any call', async (h) => {
    h.person.start('')
    const payload = 'ж'.repeat(h.limits.payloadBytes / 2 + 1)
    const faulty: Message[] = [
      { text: 'x'.repeat(h.limits.text + 1) },
      { text: ' \n ' },
      { ...plain, buttons: [[{ kind: 'callback', text: 'Да', payload }]] },
    ]
    for (const message of faulty) {
      const outcome = await outcomeOf(h, message)
      assert.ok(outcome.kind === 'broken' && outcome.scope === 'message')
    }
    assert.equal(h.sendCalls(), 0)
    assert.equal((await outcomeOf(h, { text: 'x'.repeat(h.limits.text) })).kind, 'sent')
  })

  scene('a person who never wrote to us is not found', async (h) => {
    const outcome = await outcomeOf(h, plain, h.strangerAddress)
    assert.ok(outcome.kind === 'refused' && outcome.reason === 'not_found')
  })

  scene('a person who blocked us is refused, and reached again after he comes back', async (h) => {
    h.person.start('')
    h.person.block()
    const outcome = await outcomeOf(h, plain)
    assert.ok(outcome.kind === 'refused' && outcome.reason === (lacks.blocks ? 'not_found' : 'blocked'))
    h.person.unblock()
    assert.equal((await outcomeOf(h, plain)).kind, 'sent')
  })

  scene('a limit pauses for exactly as long as the messenger says', async (h) => {
    h.person.start('')
    h.faults.limit(7)
    const outcome = await outcomeOf(h, plain)
    assert.ok(outcome.kind === 'limited' && outcome.retryAfterMs === 7_000)
    assert.deepEqual(textsOf(h), [])
  })

  scene('a wrong token breaks the channel, not the client', async (h) => {
    h.person.start('')
    const outcome = await outcomeOf(h, plain, h.person.address, await h.broken('token'))
    assert.ok(outcome.kind === 'broken' && outcome.scope === 'channel')
  })

  scene('a message the messenger rejects is broken alone', async (h) => {
    h.person.start('')
    h.faults.rejectedMessage()
    const outcome = await outcomeOf(h, plain)
    assert.ok(outcome.kind === 'broken' && outcome.scope === 'message')
    assert.equal((await outcomeOf(h, plain)).kind, 'sent')
  })

  scene('a lost answer is unknown, and the message did arrive', async (h) => {
    h.person.start('')
    h.faults.lostAnswer()
    assert.equal((await outcomeOf(h, plain)).kind, 'unknown')
    assert.deepEqual(textsOf(h), [plain.text])
  })

  for (const fault of ['dropped', 'garbage', 'serverError'] as const) {
    scene(`nobody knows what came of a send after ${fault}, and the next one passes`, async (h) => {
      h.person.start('')
      h.faults[fault]()
      assert.equal((await outcomeOf(h, plain)).kind, 'unknown')
      assert.equal((await outcomeOf(h, plain)).kind, 'sent')
    })
  }

  scene('an answer that never comes is unknown at the deadline', async (h) => {
    h.person.start('')
    h.faults.hang()
    const { value, tookMs } = await timed(() => outcomeOf(h, plain))
    assert.equal(value.kind, 'unknown')
    assert.ok(tookMs >= h.deadlineMs * 0.9 && tookMs < h.deadlineMs + 3_000, `took ${tookMs} ms`)
  })

  scene('a late answer inside the deadline is a good answer', async (h) => {
    h.person.start('')
    h.faults.slow(h.deadlineMs / 3)
    assert.equal((await outcomeOf(h, plain)).kind, 'sent')
  })

  for (const what of ['refused', 'hanging'] as const) {
    scene(`nothing was sent when the connection is ${what}: try again later`, async (h) => {
      const channel = await h.broken(what)
      const { value, tookMs } = await timed(() => outcomeOf(h, plain, h.person.address, channel))
      assert.ok(value.kind === 'deferred' && value.reason === 'network', JSON.stringify(value))
      assert.ok(tookMs < h.connectTimeoutMs + 3_000, `took ${tookMs} ms`)
    })
  }

  scene('fifty messages at once all arrive, each once', async (h) => {
    h.person.start('')
    const messages = Array.from({ length: 50 }, (_, i) => ({ text: `№ ${i}` }))
    const outcomes = await Promise.all(messages.map((message) => outcomeOf(h, message)))
    assert.ok(outcomes.every((outcome) => outcome.kind === 'sent'))
    assert.deepEqual(textsOf(h).toSorted(), messages.map((message) => message.text).toSorted())
  })

  scene('a probe tells a good token from a bad one and from silence', async (h) => {
    assert.equal((await h.channel.probe()).ok, true)
    for (const what of ['token', 'refused', 'hanging'] as const) {
      const probe = await (await h.broken(what)).probe()
      assert.equal(probe.ok, false)
      for (const secret of h.secrets) assert.ok(!probe.detail.includes(secret))
    }
  })

  receivingScenes(scene, lacks)
  if (!lacks.contacts) contactScene(scene)
}

type Scene = (title: string, play: (h: ChannelHarness, t: TestContext) => Promise<void>) => void

function receivingScenes(scene: Scene, lacks: Lacks): void {
  scene('what a person does comes in order, each once, under his address', async (h, t) => {
    const { updates, stop } = await collecting(h)
    t.after(stop)
    h.person.start('token_1')
    h.person.say('Где деньги?')
    h.person.block()
    h.person.unblock()
    const blocks = lacks.blocks ? [] : ['blocked', h.comesBackAs ?? 'unblocked']
    const expected = ['start token_1', 'text Где деньги?', ...blocks]
    await until(() => updates.length === expected.length)
    assert.deepEqual(updates.map(wordsOf), expected)
    assert.ok(updates.every((update) => update.address === h.person.address))
    assert.ok(updates.every((update) => Math.abs(Date.now() - update.at.getTime()) < 10_000))
    assert.equal(new Set(updates.map((update) => update.key)).size, updates.length)
  })

  scene('a pressed button comes with its payload, and its answer is shown', async (h, t) => {
    const { updates, stop } = await collecting(h)
    t.after(stop)
    h.person.start('')
    await h.channel.send({
      address: h.person.address,
      message: { text: 'Выплата', buttons },
      deliveryId: 'dlv_1',
      lastWroteAt: new Date(),
    })
    h.person.press('Понятно')
    await until(() => updates.length === 2)
    const press = updates[1]
    assert.ok(press?.kind === 'press' && press.payload === 'ok:1')
    await h.channel.answerPress(press, 'Спасибо!')
    assert.equal(h.person.notice(), 'Спасибо!')
    await h.channel.answerPress({ ...press, pressId: 'long-gone' })
  })

  scene('an update that could not be stored comes again, and those after it wait', async (h, t) => {
    let failures = 1
    const handled: string[] = []
    const receiving = await h.receive(async (update) => {
      if (wordsOf(update) === 'text первое' && failures-- > 0) throw new Error('the database is away')
      handled.push(wordsOf(update))
    })
    t.after(() => receiving.stop())
    h.person.start('')
    h.person.say('первое')
    h.person.say('второе')
    await until(() => handled.length >= 3)
    assert.deepEqual(handled.slice(-2), ['text первое', 'text второе'])
  })

  scene('receiving goes on after a broken connection, and stops at once when told', async (h) => {
    const { updates, stop } = await collecting(h)
    h.faults.updatesDropped?.()
    h.person.start('после сбоя')
    await until(() => updates.length === 1)
    const { tookMs } = await timed(stop)
    assert.ok(tookMs < 4_000, `took ${tookMs} ms`)
  })
}

function contactScene(scene: Scene): void {
  scene("only the sender's own number is proven to be his", async (h, t) => {
    const { updates, stop } = await collecting(h)
    t.after(stop)
    h.person.start('')
    h.person.shareOwnContact()
    h.person.forwardContact('+79990001122')
    await until(() => updates.length === 3)
    const [, own, foreign] = updates
    assert.ok(own?.kind === 'contact' && own.own && own.phone === h.person.phone)
    assert.ok(foreign?.kind === 'contact' && !foreign.own)
  })
}
