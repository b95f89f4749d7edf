import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';
import type { PropertyType, ResourceProperties, SpecDatabase } from '@aws-cdk/service-spec-types';
import type { Template } from 'aws-cdk-lib/assertions';

/** Check of templates against CloudFormation's own schemas of its resources, which the package carries. */
export interface ResourceSchemas {
  /** Lists what the schemas do not allow, each with its place, such as `Table.Properties.Keys`. */
  faultsOf(template: Template): string[];
}

export async function loadResourceSchemas(): Promise<ResourceSchemas> {
  const database = await loadAwsServiceSpec();
  return { faultsOf: (template) => faultsOf(database, template) };
}

type Resources = Readonly<Record<string, { readonly Type: string; readonly Properties?: object }>>;

function faultsOf(database: SpecDatabase, template: Template): string[] {
  const { Resources: resources } = template.toJSON() as { Resources: Resources };
  return Object.entries(resources).flatMap(([id, { Type, Properties = {} }]) => {
    const [schema] = database.lookup('resource', 'cloudFormationType', 'equals', Type);
    if (!schema) return [`${id} is of the type ${Type}, which CloudFormation does not know`];
    return faultsOfObject(database, schema.properties, Properties, id);
  });
}

function faultsOfObject(
  database: SpecDatabase,
  properties: ResourceProperties,
  value: object,
  place: string,
): string[] {
  const given = new Map(Object.entries(value).filter(([, part]) => part !== undefined));
  const missing = Object.entries(properties)
    .filter(([name, { required }]) => required && !given.has(name))
    .map(([name]) => `${place} lacks ${name}`);
  const wrong = [...given].flatMap(([name, part]) => {
    const property = properties[name];
    if (!property) return [`${place} has no ${name}`];
    const types = [property.type, ...(property.previousTypes ?? [])];
    return leastFaults(database, types, part, `${place}.${name}`);
  });
  return [...missing, ...wrong];
}

/** A value fits if it fits one of the types; else the faults by the nearest of them are told. */
function leastFaults(
  database: SpecDatabase,
  types: readonly PropertyType[],
  value: unknown,
  place: string,
): string[] {
  const faults = types.map((type) => faultsOfValue(database, type, value, place));
  return faults.reduce((least, other) => (other.length < least.length ? other : least));
}

function faultsOfValue(database: SpecDatabase, type: PropertyType, value: unknown, place: string): string[] {
  // Its value is known only when the stack is deployed.
  if (isIntrinsic(value)) return [];
  switch (type.type) {
    case 'union':
      return leastFaults(database, type.types, value, place);
    case 'array':
      if (!Array.isArray(value)) return [`${place} is no list`];
      return value.flatMap((one, index) => faultsOfValue(database, type.element, one, `${place}[${index}]`));
    case 'map':
      if (!isObject(value)) return [`${place} is no map`];
      return Object.entries(value).flatMap(([name, one]) =>
        faultsOfValue(database, type.element, one, `${place}.${name}`),
      );
    case 'ref':
      if (!isObject(value)) return [`${place} is no object`];
      return faultsOfObject(
        database,
        database.get('typeDefinition', type.reference).properties,
        value,
        place,
      );
    case 'tag':
      return isObject(value) && 'Key' in value && 'Value' in value ? [] : [`${place} is no tag`];
    case 'json':
      return isObject(value) || typeof value === 'string' ? [] : [`${place} is no JSON`];
    default:
      return faultsOfPrimitive(type, value, place);
  }
}

function faultsOfPrimitive(
  type: Extract<
    PropertyType,
    { readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'date-time' | 'null' }
  >,
  value: unknown,
  place: string,
): string[] {
  // CloudFormation takes numbers and booleans as texts too.
  const fits = {
    string: ['string', 'number', 'boolean'].includes(typeof value),
    'date-time': typeof value === 'string',
    number: Number.isFinite(Number(value)),
    integer: Number.isInteger(Number(value)),
    boolean: ['true', 'false'].includes(String(value)),
    null: value === null,
  }[type.type];
  if (!fits) return [`${place} is no ${type.type}: ${JSON.stringify(value)}`];
  const allowed: readonly unknown[] | undefined = 'allowedValues' in type ? type.allowedValues : undefined;
  return allowed && !allowed.some((one) => String(one) === String(value))
    ? [`${place} is none of ${allowed.join(', ')}: ${JSON.stringify(value)}`]
    : [];
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isIntrinsic(value: unknown): boolean {
  if (!isObject(value)) return false;
  const [name, ...others] = Object.keys(value);
  return name !== undefined && others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'));
}
