import { writeFileSync } from 'node:fs'
import { eventTypes } from '../../../src/events/event.ts'
import { fileOf, pageOf } from './page.ts'

/**
 * node --import tsx test/templates/golden/write.ts
 *
 * Writes the pages anew after a change of words. Read what changed (git diff) as a client would before it is committed:
 * what stands in them is right because a person has read it, not because the code said so.
 */
for (const type of eventTypes) writeFileSync(fileOf(type), pageOf(type))
