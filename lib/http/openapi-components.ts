import * as z from 'zod';

/** A part of the document. */
export type Json = Record<string, unknown>;

/** Collects the shapes that have an id, and refers to them. */
export class Components {
  readonly schemas: Record<string, unknown> = {};

  /** Returns a shape's JSON Schema: `input` as requests have it, `output` as answers have it. */
  add(shape: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _, $defs, ...schema } = z.toJSONSchema(shape, { io, override: simplify });
    const moved = JSON.parse(
      JSON.stringify({ schema, $defs: $defs ?? {} }).replaceAll('"#/$defs/', '"#/components/schemas/'),
    );
    Object.assign(this.schemas, moved.$defs);
    return moved.schema;
  }
}

/**
 * Drops what is of no use to a client: the bounds of whole numbers, the pattern of a format, and the ban on
 * additional fields.
 */
function simplify({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}
