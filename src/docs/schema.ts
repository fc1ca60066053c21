import { z } from 'zod'
import type { Schema } from './openapi.ts'

/**
 * The JSON Schema of what a zod schema takes (`input`) or gives (`output`). An answer allows no unknown keys: a test holds
 * the answers of the running service against it.
 */
export function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Schema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // The pattern of a moment is half a page that says the same as its format.
      if (jsonSchema.format === 'date-time' || jsonSchema.format === 'date') delete jsonSchema.pattern
    },
  })
  return rest
}

/** Boolean schemas say nothing to a reader. */
export function propertiesOf(schema: Schema): [name: string, property: Schema, isRequired: boolean][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]): [string, Schema, boolean][] =>
    typeof property === 'boolean' ? [] : [[name, property, schema.required?.includes(name) ?? false]],
  )
}
