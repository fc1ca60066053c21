/** Keywords in both spellings: the key is what the checker calls them. */
const keywords = [
  ['if', 'Если If'],
  ['then', 'Тогда Then'],
  ['elsif', 'ИначеЕсли ElsIf'],
  ['else', 'Иначе Else'],
  ['endif', 'КонецЕсли EndIf'],
  ['for', 'Для For'],
  ['each', 'Каждого Each'],
  ['in', 'Из In'],
  ['to', 'По To'],
  ['while', 'Пока While'],
  ['do', 'Цикл Do'],
  ['enddo', 'КонецЦикла EndDo'],
  ['try', 'Попытка Try'],
  ['except', 'Исключение Except'],
  ['endtry', 'КонецПопытки EndTry'],
  ['procedure', 'Процедура Procedure'],
  ['endprocedure', 'КонецПроцедуры EndProcedure'],
  ['function', 'Функция Function'],
  ['endfunction', 'КонецФункции EndFunction'],
  ['return', 'Возврат Return'],
  ['break', 'Прервать Break'],
  ['continue', 'Продолжить Continue'],
  ['raise', 'ВызватьИсключение Raise'],
  ['goto', 'Перейти Goto'],
  ['execute', 'Выполнить Execute'],
  ['var', 'Перем Var'],
  ['val', 'Знач Val'],
  ['export', 'Экспорт Export'],
  ['new', 'Новый New'],
  ['and', 'И And'],
  ['or', 'Или Or'],
  ['not', 'Не Not'],
  ['true', 'Истина True'],
  ['false', 'Ложь False'],
  ['undefined', 'Неопределено Undefined'],
  ['null', 'Null'],
  ['async', 'Асинх Async'],
  ['await', 'Ждать Await'],
  ['addhandler', 'ДобавитьОбработчик AddHandler'],
  ['removehandler', 'УдалитьОбработчик RemoveHandler'],
] as const

export type Keyword = (typeof keywords)[number][0]

const byWord = new Map<string, Keyword>(
  keywords.flatMap(([keyword, words]) =>
    words.split(' ').map((word): [string, Keyword] => [word.toLowerCase(), keyword]),
  ),
)

export function keywordOf(word: string): Keyword | undefined {
  return byWord.get(word.toLowerCase())
}

/** Words whose loss leaves a block open. */
export const closingKeywords: readonly Keyword[] = ['endif', 'enddo', 'endtry', 'endprocedure', 'endfunction']
