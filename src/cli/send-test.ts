import { Command, InvalidArgumentError } from 'commander'
import { teamContacts } from '../clients/store/team.ts'
import type { Config } from '../config.ts'
import { type EventType, eventTypes } from '../events/event.ts'
import { channelTitles } from '../lib/channel-name.ts'
import { sendSample } from '../notifications/test-send.ts'
import type { Services } from '../services.ts'
import { readWording } from '../wording.ts'
import { policyOf } from '../workers.ts'
import { withServices } from './services.ts'

type Options = { contact?: string; type: EventType; all?: true }

/** A sample to one of our own people, from a terminal: whether tokens, proxies and templates work, end to end. */
export function sendTestCommand(settings: () => Config): Command {
  return new Command('send-test')
    .description('Sends a sample to a team contact, never to a client. Without --contact it lists the team contacts.')
    .option('--contact <id>', 'a team contact, cnt_…')
    .option('--all', 'to every team contact')
    .option('--type <type>', `the event: ${eventTypes.join(', ')}`, typeIn, 'payout.paid')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run cli -- send-test\n  npm run cli -- send-test --all --type operation.accepted',
    )
    .action(async (options: Options) => {
      await withServices(settings(), (services) => run(services, options))
    })
}

function typeIn(text: string): EventType {
  const type = eventTypes.find((each) => each === text)
  if (type === undefined) throw new InvalidArgumentError(`Expected one of ${eventTypes.join(', ')}.`)
  return type
}

async function run(services: Services, { contact, type, all }: Options): Promise<void> {
  const { db, vault, channels } = services
  const contacts = await teamContacts({ db, vault })
  if (contact === undefined && !all) {
    const lines = contacts.map(({ id, channel }) => `${id}  ${channelTitles[channel]}\n`)
    process.stdout.write(
      lines.length === 0
        ? 'Чатов сотрудников нет. Отметьте контакт: PUT /api/v1/clients/… с "team": true.\n'
        : lines.join(''),
    )
    return
  }
  const needs = { db, vault, channels, policy: policyOf(services), wording: () => readWording(services) }
  for (const contactId of contact === undefined ? contacts.map(({ id }) => id) : [contact]) {
    const sent = await sendSample(needs, { contactId, type })
    if (sent.kind === 'sent') process.stdout.write(`${contactId}: отправлено, ${channelTitles[sent.channel]}\n`)
    else {
      process.stderr.write(`${contactId}: ${sent.kind === 'refused' ? sent.text : 'такого чата сотрудника нет'}\n`)
      process.exitCode = 1
    }
  }
}
