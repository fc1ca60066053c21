import { nameDative } from '../../lib/russian/dative.ts'
import { cardTail, maskedPhone } from '../../lib/russian/masks.ts'
import { addressOf, shortName } from '../../lib/russian/names.ts'
import { quoted, upperFirst, withFullStop } from '../../lib/russian/text.ts'
import { genitiveFor } from '../variables/materials.ts'
import { type Filter, textFilter } from './filter.ts'

export const wordFilters: readonly Filter[] = [
  {
    names: ['родительный', 'genitive'],
    description: 'Вид лома после слов «за лом»; незнакомый — нейтрально, в скобках и кавычках',
    example: { template: 'за лом {{ материал | родительный }}', result: 'за лом меди' },
    apply: textFilter((text, _, facts) => genitiveFor(facts, text)),
  },
  {
    names: ['имя_отчество', 'name_patronymic'],
    description: 'Имя и отчество из полного имени; пусто, если обратиться по имени нельзя',
    example: { template: '{{ ФИО | имя_отчество }}', result: 'Иван Петрович' },
    apply: (input, args, facts) => textFilter((text) => addressOf(text) ?? '')(input, args, facts) || null,
  },
  {
    names: ['дательный', 'dative'],
    description: 'Имя в дательном падеже; пусто, если падеж не ясен: фирма, инициалы, редкое имя без отчества',
    example: { template: '{{ ФИО | дательный }}', result: 'Иванову Ивану Петровичу' },
    apply: (input, args, facts) => textFilter((text) => nameDative(text) ?? '')(input, args, facts) || null,
  },
  {
    names: ['инициалы', 'initials'],
    description: 'Фамилия и инициалы',
    example: { template: '{{ ФИО | инициалы }}', result: 'Иванов И. П.' },
    apply: textFilter((text) => shortName(text)),
  },
  {
    names: ['карта', 'card'],
    description: 'Последние четыре цифры карты',
    example: { template: "{{ '4321' | карта }}", result: '•••• 4321' },
    apply: textFilter((text) => cardTail(text)),
  },
  {
    names: ['телефон', 'phone'],
    description: 'Телефон со скрытой серединой',
    example: { template: "{{ '+79031234567' | телефон }}", result: '+7 903 •••-••-67' },
    apply: textFilter((text) => (text.includes('•') ? text : maskedPhone(text))),
  },
  {
    names: ['с_точкой', 'full_stop'],
    description: 'Точка в конце, если там ещё нет знака',
    example: { template: '{{ причина | с_точкой }}', result: 'Технические работы в банке.' },
    apply: textFilter((text) => withFullStop(text)),
  },
  {
    names: ['в_кавычках', 'quoted'],
    description: 'В кавычках-ёлочках',
    example: { template: '{{ повод | в_кавычках }}', result: '«День металлурга»' },
    apply: textFilter((text) => quoted(text)),
  },
  {
    names: ['с_заглавной', 'capitalize'],
    description: 'Первая буква заглавная',
    example: { template: '{{ материал | с_заглавной }}', result: 'Медь' },
    apply: textFilter((text) => upperFirst(text)),
  },
  {
    names: ['прописные', 'upcase'],
    description: 'Все буквы заглавные',
    example: { template: '{{ материал | прописные }}', result: 'МЕДЬ' },
    apply: textFilter((text) => text.toUpperCase()),
  },
  {
    names: ['строчные', 'downcase'],
    description: 'Все буквы строчные',
    example: { template: '{{ ФИО | строчные }}', result: 'иванов иван петрович' },
    apply: textFilter((text) => text.toLowerCase()),
  },
  {
    names: ['по_умолчанию', 'default'],
    description: 'Что написать, если значения нет',
    example: { template: "{{ обращение | по_умолчанию: 'Уважаемый клиент' }}", result: 'Иван Петрович' },
    apply: (input, [fallback]) => (input === null || input === undefined || input === '' ? fallback : input),
  },
]
