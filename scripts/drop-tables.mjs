// Takes two tables out of the linked client that pulldown-cmark brings and a message never asks. What is in
// them leaves with the splitting, which takes only what something refers to.
//
// - HTML's 2,125 entities (`&nbsp;` and the like): `&` is masked before a message is parsed.
// - How letters of all scripts fold (unicase), by which labels of link definitions are compared: `]:` is masked,
//   so there is no definition to compare with (both in shared/src/markdown/mask.rs, which tests it).
import { Reader, change, countImports, custom, list, number, sections } from './wasm-sections.mjs'

const ASKS = /pulldown_cmark8scanners11scan_entity$/
const FOLDS = /7unicase7unicode3map6lookup$/
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

function functionBody(wasm, wanted) {
  const index = functionIndex(custom(wasm, 'name'), wanted)
  if (index === undefined) throw new Error(`the parser of messages has no function ${wanted.source} any more`)
  const { content } = sections(wasm).find((part) => part.id === 10)
  return ranges(new Reader(content), () => {})[index - countImports(wasm)]
}

function skipOffset(reader) {
  const flags = reader.number()
  if (flags & 2) reader.number()
  if (!(flags & 1)) reader.constant()
}

/** With these of a section's relocations. */
const keepRelocations = (wasm, name, about, entries) =>
  change(wasm, 0, (reader) => {
    const bytes = reader.bytes
    if (reader.text() !== name) return bytes
    return Buffer.concat([bytes.subarray(0, reader.at), number(about), list(entries.map((entry) => entry.bytes))])
  })

/** The module without the tables. It has to be as the linker wrote it, with `--emit-relocs`. */
export const withoutTables = (wasm) => withoutFolding(withoutEntities(wasm))

function withoutEntities(wasm) {
  const all = sections(wasm)
  const place = (id) => all.findIndex((part) => part.id === id)
  const [code, data] = [place(10), place(11)]
  const known = symbols(custom(wasm, 'linking'))
  const inCode = relocations(custom(wasm, 'reloc.CODE'))
  const inData = relocations(custom(wasm, 'reloc.DATA'))
  if (inCode.about !== code || inData.about !== data) throw new Error('relocations of unknown sections')
  const body = functionBody(wasm, ASKS)
  const asked = inCode.entries.filter(({ at }) => at >= body.begin && at < body.end)
  const large = [...new Set(asked.map(({ symbol }) => known[symbol]))].filter((symbol) => symbol?.size >= LEAST)
  if (large.length !== 1) throw new Error('the parser of messages has another table of entities')
  const [{ segment, offset, size }] = large
  const start = ranges(new Reader(all[data].content), skipOffset)[segment].start + offset
  const stays = ({ at }) => at < start || at >= start + size
  const emptied = change(wasm, 11, ({ bytes }) => Buffer.from(bytes).fill(0, start, start + size))
  return keepRelocations(emptied, 'reloc.DATA', inData.about, inData.entries.filter(stays))
}

/** Its table is code: a function of as many bytes that does nothing but end the client, were it called. */
function withoutFolding(wasm) {
  const [UNREACHABLE, NOP, END] = [0x00, 0x01, 0x0b]
  const { start, end } = functionBody(wasm, FOLDS)
  const inCode = relocations(custom(wasm, 'reloc.CODE'))
  const stays = ({ at }) => at < start || at >= end
  const emptied = change(wasm, 10, ({ bytes }) => {
    const code = Buffer.from(bytes).fill(NOP, start, end)
    // No locals.
    code.set([0, UNREACHABLE], start)
    code[end - 1] = END
    return code
  })
  return keepRelocations(emptied, 'reloc.CODE', inCode.about, inCode.entries.filter(stays))
}
