import { noteBlock } from '../changes/store.ts'
import type { Button } from '../channels/message.ts'

import type { Client, ConsentAct, Purpose } from '../clients/client.ts'
import { rememberWording, wordingByMark } from '../clients/consents/store.ts'
import { noteToken } from '../clients/linking/store.ts'
import { addressIndex, consentsOf, markAddress, wordingHash } from '../clients/store.ts'
import { noteWords, noteWordsOfHeld } from '../deliveries/word.ts'
import {
  type AnswerNeeds,
  type ChatUpdate,
  chatOf,
  type Inside,
  type Press,
  peopleOf,
  type Start,
  say,
  type Text,
} from './chat.ts'
import type { Option } from './commands/command.ts'
import { menu } from './commands/menu.ts'

import { noteChatConsent } from './store.ts'
import { tell } from './talk/tell.ts'
import { advertisingWording, buttons, consentWording, texts } from './texts.ts'

/*
 * Words of consent bear our own clock, and the moment when we had them: a messenger's moments are whole seconds, and what is
 * worked late must not look newer than the «/stop» that came after it.
 */

export async function welcome(needs: AnswerNeeds, update: Start): Promise<boolean> {
  const clients = await peopleOf(needs, update)
  if (clients.length > 0 && (await allAgreed(needs, clients))) {
    const hasAdvertising = await allAgreed(needs, clients, 'advertising')
    const { text, options = [] } = menu(clients, texts.alreadyLinked)
    const { stop, stopAdvertising, wantAdvertising } = buttons
    const more = [[optionOf(stop)], [optionOf(hasAdvertising ? stopAdvertising : wantAdvertising)]]
    await tell(needs, update, { text, options: [...options, ...more] })
    return true
  }
  const { wording, rows } = await consentQuestion(needs)
  await say(needs, update, {
    text: `${texts.welcome(needs.brand)}\n\n${texts.consentQuestion(wording)}`,
    buttons: rows,
  })
  return true
}

function optionOf({ text, payload }: { text: string; payload: string }): Option {
  return { label: text, payload }
}

const stopAdvertisingButton: Button = { kind: 'callback', ...buttons.stopAdvertising }

/** The question about messages of his deals. Its button names the text that was shown: it may be another one tomorrow. */
export async function consentQuestion({ db, brand }: AnswerNeeds): Promise<{ wording: string; rows: Button[][] }> {
  const wording = consentWording(brand)
  const hash = await rememberWording(db, wording)
  return { wording, rows: [[marked(buttons.agree, hash)], [{ kind: 'callback', ...buttons.refuse }]] }
}

function marked(button: { text: string; payload: string }, hash: string): Button {
  return { kind: 'callback', text: button.text, payload: `${button.payload}:${hash.slice(0, 16)}` }
}

export async function askConsent(needs: AnswerNeeds, update: ChatUpdate): Promise<void> {
  const { wording, rows } = await consentQuestion(needs)
  await say(needs, update, { text: texts.consentQuestion(wording), buttons: rows })
}

export async function allAgreed(
  needs: Pick<Inside, 'db' | 'vault'>,
  clients: readonly Client[],
  purpose: Purpose = 'service',
): Promise<boolean> {
  for (const client of clients) {
    const words = await consentsOf(needs, client.id)
    if (words.find((each) => each.purpose === purpose)?.granted !== true) return false
  }
  return true
}

/**
 * He is told of his money here from now on. The keyboard that asked for the phone goes with the first message, and the menu
 * comes with a second: one message has one of them. Advertising is asked of apart, once, and may be refused (38-ФЗ, ст. 18).
 */
export async function sayLinked(
  needs: AnswerNeeds,
  update: ChatUpdate,
  clients: readonly Client[],
  text: string = texts.linked,
): Promise<void> {
  await say(needs, update, { text, keyboard: 'remove' })
  await tell(needs, update, menu(clients), 'menu')
  if (!(await hasSaidNothingOfAdvertising(needs, clients))) return
  await askAdvertising(needs, update)
}

async function hasSaidNothingOfAdvertising(needs: AnswerNeeds, clients: readonly Client[]): Promise<boolean> {
  for (const client of clients) {
    const words = await consentsOf(needs, client.id)
    if (words.some((each) => each.purpose === 'advertising')) return false
  }
  return clients.length > 0
}

async function askAdvertising(needs: AnswerNeeds, update: ChatUpdate): Promise<void> {
  const wording = advertisingWording(needs.brand)
  const hash = await rememberWording(needs.db, wording)
  const rows: Button[][] = [
    [marked(buttons.agreeAdvertising, hash)],
    [{ kind: 'callback', ...buttons.refuseAdvertising }],
  ]
  await say(needs, update, { text: texts.advertisingQuestion(wording), buttons: rows }, 'advertising')
}

/** What a press of a button of consent does; the payload may name the text that was shown. */
type Pressed = (needs: AnswerNeeds, update: Press, shownHash: string | undefined) => Promise<void>
const presses: Readonly<Record<string, Pressed>> = {
  [buttons.agree.payload]: agree,
  [buttons.refuse.payload]: async (needs, update) => {
    await withdraw(needs, update, 'button')
    await say(needs, update, { text: texts.refused, keyboard: 'remove' })
  },
  [buttons.stop.payload]: async (needs, update) => {
    await withdraw(needs, update, 'button')
    await say(needs, update, { text: texts.stopped, keyboard: 'remove' })
  },
  [buttons.agreeAdvertising.payload]: agreeAdvertising,
  [buttons.wantAdvertising.payload]: askAdvertising,
  [buttons.refuseAdvertising.payload]: async (needs, update) =>
    await withdrawAdvertising(needs, update, 'button', texts.advertisingRefused),
  [buttons.stopAdvertising.payload]: async (needs, update) =>
    await withdrawAdvertising(needs, update, 'button', texts.advertisingStopped),
}

export async function pressOfConsent(needs: AnswerNeeds, update: Press): Promise<boolean> {
  const [topic = '', word = '', mark = ''] = update.payload.split(':')
  const pressed = presses[`${topic}:${word}`]
  if (!pressed) return false
  await needs.channel.answerPress(update, undefined)
  await pressed(needs, update, await wordingByMark(needs.db, mark))
  return true
}

/** The answer to the question about messages of his deals, with the text that was shown. */
export async function consentPress(
  { db }: AnswerNeeds,
  { payload }: Press,
): Promise<{ isGranted: boolean; shownHash: string | undefined } | undefined> {
  const [topic = '', word = '', mark = ''] = payload.split(':')
  const button = `${topic}:${word}`
  if (button === buttons.refuse.payload) return { isGranted: false, shownHash: undefined }
  if (button !== buttons.agree.payload) return undefined
  return { isGranted: true, shownHash: await wordingByMark(db, mark) }
}

async function agree(needs: AnswerNeeds, update: Press, shownHash: string | undefined): Promise<void> {
  const clients = await peopleOf(needs, update)
  if (clients.length > 0) {
    const ids = clients.map((each) => each.id)
    await needs.catchUp(ids, async (db) => {
      const shown = { shownHash, address: update.address }
      for (const client of clients) await grant({ ...needs, db }, client, needs.saidAt, shown)
    })
    return await sayLinked(needs, update, clients)
  }
  const consent = { at: needs.saidAt, wordingHash: shownHash ?? wordingHash(consentWording(needs.brand)) }
  await noteChatConsent(needs, needs.channel.name, update.address, consent)
  await say(needs, update, { text: texts.askPhone, keyboard: { requestContact: buttons.sharePhone } })
}

/** Nobody is linked here any more: there is no one whom the word would bind. */
async function agreeAdvertising(needs: AnswerNeeds, update: Press, shownHash: string | undefined): Promise<void> {
  const clients = await peopleOf(needs, update)
  if (clients.length === 0) return await say(needs, update, { text: texts.notLinked })
  const wording = advertisingWording(needs.brand)
  for (const client of clients) {
    const word = { ...said(needs, update.address, 'button'), purpose: 'advertising' as const, granted: true }
    await noteWords(needs, client.id, [{ ...word, at: needs.saidAt, wording, shownHash }])
  }
  await say(needs, update, { text: texts.advertisingAgreed, buttons: [[stopAdvertisingButton]] })
}

/** Inside the transaction that holds his row. */
export async function grant(
  needs: Inside,
  client: Client,
  at: Date,
  { shownHash, address }: { shownHash?: string | undefined; address?: string | undefined } = {},
): Promise<void> {
  const word = { ...said(needs, address, 'button'), purpose: 'service' as const, granted: true }
  await noteWordsOfHeld(needs, client.id, [{ ...word, at, wording: consentWording(needs.brand), shownHash }])
}

/** Who said it, and where. */
function said(
  { vault, channel: { name } }: Pick<Inside, 'vault' | 'channel'>,
  address: string | undefined,
  act: ConsentAct,
) {
  return {
    givenBy: 'bot' as const,
    act,
    channel: name,
    chatIndex: address === undefined ? null : addressIndex(vault, name, address),
  }
}

/** He says no: a word or a button. It is heard however much he writes. */
export function isWithdrawal(update: ChatUpdate): boolean {
  if (update.kind === 'press') return withdrawals.has(update.payload)
  return update.kind === 'text' && (isStop(update.text) || isStopOfAdvertising(update.text))
}

const withdrawals: ReadonlySet<string> = new Set(
  [buttons.refuse, buttons.stop, buttons.refuseAdvertising, buttons.stopAdvertising].map((each) => each.payload),
)

function isStop(text: string): boolean {
  return /^\/?(stop|стоп|отписаться|отпишите меня|отписка)[.!]*$/iu.test(text.trim())
}

function isStopOfAdvertising(text: string): boolean {
  return /^\/?(noads|стоп реклама|без рекламы|отписаться от рекламы)[.!]*$/iu.test(text.trim())
}

export async function stopWord(needs: AnswerNeeds, update: Text): Promise<boolean> {
  if (!isWithdrawal(update)) return false
  if (isStopOfAdvertising(update.text)) {
    await withdrawAdvertising(needs, update, 'stop', texts.advertisingStopped)
    return true
  }
  await withdraw(needs, update, 'stop')
  await say(needs, update, { text: texts.stopped, keyboard: 'remove' })
  return true
}

async function withdraw(needs: AnswerNeeds, update: ChatUpdate, act: ConsentAct): Promise<void> {
  await noteChatConsent(needs, needs.channel.name, update.address, null)
  await noteToken(needs, chatOf(needs, update), undefined)
  for (const client of await peopleOf(needs, update)) await take(needs, update, client, act, ['service', 'advertising'])
}

async function withdrawAdvertising(
  needs: AnswerNeeds,
  update: ChatUpdate,
  act: ConsentAct,
  answer: string,
): Promise<void> {
  for (const client of await peopleOf(needs, update)) await take(needs, update, client, act, ['advertising'])
  await say(needs, update, { text: answer })
}

async function take(
  needs: AnswerNeeds,
  { address }: ChatUpdate,
  client: Client,
  act: ConsentAct,
  taken: readonly Purpose[],
): Promise<void> {
  const at = needs.saidAt
  await noteWords(
    needs,
    client.id,
    taken.map((purpose) => ({ ...said(needs, address, act), purpose, granted: false, at, wording: null })),
  )
}

/**
 * He has blocked the bot: nothing is said to him in this messenger any more, and no advertising anywhere. Messages about
 * his money may go another way: of those he has said nothing.
 */
export async function blocked(needs: AnswerNeeds, update: ChatUpdate): Promise<void> {
  const { name } = needs.channel
  await markAddress(needs, name, update.address, 'blocked')
  for (const client of await peopleOf(needs, update)) {
    await noteBlock(needs.db, client, { channel: name, updateKey: update.key })
    if (await allAgreed(needs, [client], 'advertising')) await take(needs, update, client, 'block', ['advertising'])
  }
}
