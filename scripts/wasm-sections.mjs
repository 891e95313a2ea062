// Reads and writes the few parts of a wasm module that the build shortens. The format:
// https://webassembly.github.io/spec/core/binary/modules.html

const [IMPORT, EXPORT] = [2, 7]
const utf8 = new TextDecoder()

/** A place in a module that moves on with what is read. */
export class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes
    this.at = at
  }
  byte() {
    return this.bytes[this.at++]
  }
  number() {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }
  take(length) {
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }
  text() {
    return utf8.decode(this.take(this.number()))
  }
  /** A constant expression of one instruction. */
  constant() {
    this.byte()
    this.number()
    if (this.byte() !== 0x0b) throw new Error('a longer constant than is known')
  }
  limits() {
    const flags = this.number()
    this.number()
    if (flags & 1) this.number()
  }
}

export const number = (value) => {
  const bytes = []
  do {
    bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0))
    value >>>= 7
  } while (value)
  return Buffer.from(bytes)
}
const text = (value) => {
  const bytes = Buffer.from(value)
  return Buffer.concat([number(bytes.length), bytes])
}
export const list = (items) => Buffer.concat([number(items.length), ...items])

/** The sections of a module in their order: `{ id, content }`. */
export function sections(wasm) {
  const reader = new Reader(wasm, 8)
  const found = []
  while (reader.at < wasm.length) found.push({ id: reader.byte(), content: reader.take(reader.number()) })
  return found
}

const join = (wasm, parts) =>
  Buffer.concat([wasm.subarray(0, 8), ...parts.flatMap(({ id, content }) => [Buffer.from([id]), number(content.length), content])])

/** The module with the content of its sections of a kind rewritten. */
export const change = (wasm, id, rewrite) =>
  join(wasm, sections(wasm).map((part) => (part.id === id ? { id, content: rewrite(new Reader(part.content)) } : part)))

const items = (reader, read) => Array.from({ length: reader.number() }, () => read(reader))

function readImport(reader) {
  const [module, name, start] = [reader.text(), reader.text(), reader.at]
  const kind = reader.byte()
  if (kind === 0) reader.number()
  else if (kind === 1) [reader.byte(), reader.limits()]
  else if (kind === 2) reader.limits()
  else if (kind === 3) reader.take(2)
  else throw new Error(`${module} ${name}: an import of a kind that is not known`)
  return { module, name, kind, rest: reader.bytes.subarray(start, reader.at) }
}

function readExport(reader) {
  const [name, start] = [reader.text(), reader.at]
  reader.byte()
  reader.number()
  return { name, rest: reader.bytes.subarray(start, reader.at) }
}

const section = (wasm, id) => new Reader(sections(wasm).find((part) => part.id === id)?.content ?? Buffer.from([0]))

/** What the module imports: `{ module, name, kind }`. */
export const imports = (wasm) => items(section(wasm, IMPORT), readImport)

/** The names that the module exports. */
export const exports = (wasm) => items(section(wasm, EXPORT), readExport).map(({ name }) => name)

/** Gives each import of a module another name. */
export const renameImports = (wasm, module, rename) =>
  change(wasm, IMPORT, (reader) =>
    list(items(reader, readImport).map((one) =>
      Buffer.concat([text(one.module), text(one.module === module ? rename(one.name) : one.name), one.rest]),
    )),
  )

/** Gives each export another name; `undefined`: it is none any more. */
export const renameExports = (wasm, rename) =>
  change(wasm, EXPORT, (reader) =>
    list(items(reader, readExport).flatMap(({ name, rest }) => {
      const now = rename(name)
      return now === undefined ? [] : [Buffer.concat([text(now), rest])]
    })),
  )

/** Names the functions, for tools that go by names: `names` are those of the functions from 0 on. */
export function nameFunctions(wasm, names) {
  const functions = list(names.map((name, index) => Buffer.concat([number(index), text(name)])))
  const content = Buffer.concat([text('name'), Buffer.from([1]), number(functions.length), functions])
  const isName = ({ id, content }) => id === 0 && new Reader(content).text() === 'name'
  return join(wasm, [...sections(wasm).filter((part) => !isName(part)), { id: 0, content }])
}

/** How many functions are imported: they are counted first. */
export const countImports = (wasm) => imports(wasm).filter(({ kind }) => kind === 0).length

/** A custom section, behind its name. */
export function custom(wasm, name) {
  for (const { id, content } of sections(wasm)) {
    const reader = new Reader(content)
    if (id === 0 && reader.text() === name) return reader
  }
  throw new Error(`the module has no section ${name}`)
}
