import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { z } from 'zod'
import { parseInput } from '../../src/api/input.ts'
import { RequestError } from '../../src/lib/errors.ts'

const said: [string, z.ZodType, unknown, string][] = [
  ['a list is wanted', z.object({ a: z.array(z.string()) }), { a: 'б' }, 'Поле «a»: нужно: список, а пришло: строка'],
  ['a text is wanted', z.object({ a: z.string() }), { a: ['б'] }, 'Поле «a»: нужно: строка, а пришло: список'],
  ['nothing came', z.object({ a: z.object({}) }), {}, 'Поле «a»: не заполнено; нужно: объект'],
  ['null came', z.object({ a: z.boolean() }), { a: null }, 'Поле «a»: нужно: true или false, а пришло: null'],
  ['half a number', z.object({ a: z.int() }), { a: 1.5 }, 'Поле «a»: нужно: целое число, а пришло: число'],
  ['no object', z.object({}), [], 'Тело запроса: нужно: объект, а пришло: список'],
  [
    'one of several',
    z.object({ a: z.enum(['vk', 'max']) }),
    { a: 'мах' },
    'Поле «a»: может быть только одним из: «vk», «max»',
  ],
  ['one word only', z.object({ a: z.literal('да') }), { a: 'нет' }, 'Поле «a»: может быть только «да»'],
  ['an empty text', z.object({ a: z.string().min(1) }), { a: '' }, 'Поле «a»: не меньше 1 знака'],
  ['a long text', z.object({ a: z.string().max(22) }), { a: 'б'.repeat(23) }, 'Поле «a»: не больше 22 знаков'],
  ['an exact length', z.object({ a: z.string().length(4) }), { a: 'б' }, 'Поле «a»: ровно 4 знака'],
  ['a long list', z.object({ a: z.array(z.int()).max(2) }), { a: [1, 2, 3] }, 'Поле «a»: не больше 2 значений'],
  ['a small number', z.object({ a: z.number().min(5) }), { a: 4 }, 'Поле «a»: не меньше 5'],
  ['zero', z.object({ a: z.number().positive() }), { a: 0 }, 'Поле «a»: больше 0'],
  ['a wrong step', z.object({ a: z.number().multipleOf(5) }), { a: 4 }, 'Поле «a»: должно делиться на 5'],
  ['a wrong day', z.object({ a: z.iso.date() }), { a: 'вчера' }, 'Поле «a»: нужно: дата, например 2026-11-25'],
  [
    'a wrong address',
    z.object({ a: z.url() }),
    { a: 'сайт' },
    'Поле «a»: нужно: адрес страницы, например https://example.ru',
  ],
  ['a rule', z.object({ a: z.string().regex(/^x+$/) }), { a: 'б' }, 'Поле «a»: записано не по правилам этого поля'],
  ['a name unknown', z.strictObject({}), { бренд: 1 }, 'Поле «бренд»: такого поля здесь нет; проверьте написание'],
  [
    'neither of two',
    z.object({ a: z.union([z.string(), z.int()]) }),
    { a: true },
    'Поле «a»: не подходит ни под один из допустимых видов',
  ],
]

describe('what the API says of a wrong field', () => {
  for (const [title, schema, input, expected] of said)
    it(`when ${title}`, () => {
      assert.throws(
        () => parseInput(schema, input),
        (error) => error instanceof RequestError && error.errors[0]?.message === expected,
        expected,
      )
    })

  it('never leaves a word of the schema’s language', () => {
    for (const [title, , , text] of said)
      assert.doesNotMatch(
        text.replace(/«[^»]*»/g, '').replace(/https:\/\/example\.ru|null|true|false/g, ''),
        /[a-z]{3}/i,
        title,
      )
  })
})
