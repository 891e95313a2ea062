// Empties the table of HTML's 2,125 entities (`&nbsp;` and the like) that pulldown-cmark brings, a
// twentieth of what a browser fetched first. It is never asked: `&` is masked before a message is parsed
// (shared/src/markdown/mask.rs). The names in it leave with the splitting, which takes only what something
// refers to.
import { Reader, change, countImports, custom, list, number, sections } from './wasm-sections.mjs'

const ASKS = /pulldown_cmark8scanners11scan_entity$/
// More than any other table that a scanner of the parser has.
const LEAST = 16_384
const [DATA_SYMBOL, SECTION_SYMBOL] = [1, 3]
const [UNDEFINED, EXPLICIT_NAME] = [0x10, 0x40]
// Those relocations that carry an addend.
const ADDENDS = new Set([3, 4, 5, 8, 9, 11, 14, 15, 16, 17, 21, 22, 25])

/** The linker's symbols: for data where it stands, else nothing. */
function symbols(linking) {
  linking.number()
  while (linking.at < linking.bytes.length) {
    const [kind, length] = [linking.byte(), linking.number()]
    if (kind === 8) break
    linking.take(length)
  }
  return Array.from({ length: linking.number() }, () => {
    const [kind, flags] = [linking.byte(), linking.number()]
    if (kind === DATA_SYMBOL) {
      linking.text()
      return flags & UNDEFINED ? null : { segment: linking.number(), offset: linking.number(), size: linking.number() }
    }
    linking.number()
    if (kind !== SECTION_SYMBOL && (!(flags & UNDEFINED) || flags & EXPLICIT_NAME)) linking.text()
    return null
  })
}

/** What the linker has written where: `{ at, symbol, bytes }`, and the section that it is about. */
function relocations(reader) {
  const about = reader.number()
  const entries = Array.from({ length: reader.number() }, () => {
    const start = reader.at
    const kind = reader.byte()
    const [at, symbol] = [reader.number(), reader.number()]
    if (ADDENDS.has(kind)) while (reader.byte() >= 0x80);
    return { at, symbol, bytes: reader.bytes.subarray(start, reader.at) }
  })
  return { about, entries }
}

function functionIndex(names, wanted) {
  while (names.at < names.bytes.length) {
    const [kind, length] = [names.byte(), names.number()]
    if (kind !== 1) {
      names.take(length)
      continue
    }
    for (let left = names.number(); left > 0; left--) {
      const index = names.number()
      if (wanted.test(names.text())) return index
    }
  }
  return undefined
}

/** Where a section's items begin and end, counted from the beginning of its content. */
function ranges(reader, skip) {
  return Array.from({ length: reader.number() }, () => {
    const begin = reader.at
    skip(reader)
    const length = reader.number()
    const start = reader.at
    reader.take(length)
    return { begin, start, end: reader.at }
  })
}

function skipOffset(reader) {
  const flags = reader.number()
  if (flags & 2) reader.number()
  if (!(flags & 1)) reader.constant()
}

/** The module without the table. It has to be as the linker wrote it, with `--emit-relocs`. */
export function withoutEntities(wasm) {
  const all = sections(wasm)
  const place = (id) => all.findIndex((part) => part.id === id)
  const [code, data] = [place(10), place(11)]
  const asks = functionIndex(custom(wasm, 'name'), ASKS)
  if (asks === undefined) throw new Error('the parser of messages has no function scan_entity any more')
  const known = symbols(custom(wasm, 'linking'))
  const inCode = relocations(custom(wasm, 'reloc.CODE'))
  const inData = relocations(custom(wasm, 'reloc.DATA'))
  if (inCode.about !== code || inData.about !== data) throw new Error('relocations of unknown sections')
  const body = ranges(new Reader(all[code].content), () => {})[asks - countImports(wasm)]
  const asked = inCode.entries.filter(({ at }) => at >= body.begin && at < body.end)
  const large = [...new Set(asked.map(({ symbol }) => known[symbol]))].filter((symbol) => symbol?.size >= LEAST)
  if (large.length !== 1) throw new Error('the parser of messages has another table of entities')
  const [{ segment, offset, size }] = large
  const start = ranges(new Reader(all[data].content), skipOffset)[segment].start + offset
  const stays = ({ at }) => at < start || at >= start + size
  const emptied = change(wasm, 11, ({ bytes }) => Buffer.from(bytes).fill(0, start, start + size))
  return change(emptied, 0, (reader) => {
    const bytes = reader.bytes
    if (reader.text() !== 'reloc.DATA') return bytes
    const head = bytes.subarray(0, reader.at)
    return Buffer.concat([head, number(inData.about), list(inData.entries.filter(stays).map((entry) => entry.bytes))])
  })
}
