/** A key as everybody spells it: without case, ё, blanks, underscores, hyphens and lookalike letters of the other alphabet. */
export function keyOf(name: string): string {
  const known = keys.get(name)
  if (known !== undefined) return known
  const key = oneAlphabet(
    name
      .slice(0, 120)
      .toLowerCase()
      .replaceAll('ё', 'е')
      .replace(/[^\p{L}\p{N}#@]/gu, ''),
  )
  if (keys.size < 5000 && name.length <= 60) keys.set(name, key)
  return key
}

const keys = new Map<string, string>()

/** A word of a vocabulary: as a key, and «оплачено», «оплачена», «оплачен» are one word. */
export function wordOf(text: string): string {
  const key = keyOf(text)
  const stem = key.replace(/[аеиоуыэюяйь]+$/, '')
  return stem.length >= 3 ? stem : key
}

/** «Cумма» typed with a Latin C is «Сумма»: in a name of both alphabets, letters that look Cyrillic are Cyrillic. */
function oneAlphabet(key: string): string {
  if (!/[a-z]/.test(key) || !/[а-я]/.test(key)) return key
  return key.replace(/[aceopxykmhtb]/g, (letter) => lookalikes[letter] ?? letter)
}

const lookalikes: Record<string, string | undefined> = {
  a: 'а',
  c: 'с',
  e: 'е',
  o: 'о',
  p: 'р',
  x: 'х',
  y: 'у',
  k: 'к',
  m: 'м',
  h: 'н',
  t: 'т',
  b: 'в',
}
