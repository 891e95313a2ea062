// Parses an AsyncAPI document and prints what is wrong with it: `node asyncapi.mjs FILE`.
import { readFile } from 'node:fs/promises'
import { Parser } from '@asyncapi/parser'

const file = process.argv[2]
const { document, diagnostics } = await new Parser().parse(await readFile(file, 'utf8'))
const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 0)
for (const { path, message } of errors) console.error(`${file}: ${path.join('/')}: ${message}`)
if (!document || errors.length > 0) process.exit(1)
console.log(`${file}: AsyncAPI ${document.version()}, ${document.operations().length} operations`)
