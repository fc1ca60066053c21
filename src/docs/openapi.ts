import type { z } from 'zod'

/** As much of OpenAPI 3.1 as we write (spec.openapis.org/oas/v3.1.1). */

export type Schema = z.core.JSONSchema.BaseSchema

export type OpenApi = {
  openapi: '3.1.1'
  info: { title: string; version: string; summary: string; description: string; license: { name: string } }
  servers: { url: string; description: string }[]
  tags: { name: string; description: string }[]
  paths: Record<string, PathItem>
  components: {
    schemas: Record<string, Schema>
    headers: Record<string, Header>
    securitySchemes: Record<string, SecurityScheme>
  }
}

export const methods = ['get', 'put', 'post', 'delete'] as const
export type Method = (typeof methods)[number]
export type PathItem = Partial<Record<Method, Operation>>

export type Operation = {
  operationId: string
  tags: string[]
  summary: string
  description?: string
  security: Record<string, string[]>[]
  parameters: Parameter[]
  requestBody?: { required: boolean; description?: string; content: Content }
  responses: Record<string, Response>
}

export type Parameter = {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  description?: string
  schema: Schema
}

export type Response = { description: string; headers: Record<string, Ref>; content: Content }
/** One kind of it each: JSON, or the type of a file. */
export type Content = Record<string, Media>
export type Media = { schema: Schema; examples?: Record<string, Example> }
export type Example = { summary: string; value: unknown }
export type Header = { description: string; schema: Schema }
export type Ref = { $ref: string }

export type SecurityScheme =
  | { type: 'http'; scheme: 'bearer' | 'basic'; description: string }
  | { type: 'apiKey'; in: 'header'; name: string; description: string }

export function refTo(kind: 'schemas' | 'headers', name: string): Ref {
  return { $ref: `#/components/${kind}/${name}` }
}

export function mediaOf(content: Content): Media {
  return Object.values(content)[0] ?? { schema: {} }
}
