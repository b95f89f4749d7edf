import type { Template } from 'aws-cdk-lib/assertions';

/** A resource's properties, as CloudFormation has them. */
export type Properties = Readonly<Record<string, unknown>>;

export interface Resource {
  readonly id: string;
  readonly properties: Properties;
  readonly deletionPolicy: string | undefined;
  readonly updateReplacePolicy: string | undefined;
}

export function resourcesOf(template: Template, type: string): Resource[] {
  return Object.entries(template.findResources(type)).map(([id, resource]) => ({
    id,
    properties: (resource.Properties ?? {}) as Properties,
    deletionPolicy: resource.DeletionPolicy as string | undefined,
    updateReplacePolicy: resource.UpdateReplacePolicy as string | undefined,
  }));
}

interface RolePolicy {
  /** Ids of the roles that have it. */
  readonly roles: readonly string[];
  readonly statements: readonly Properties[];
}

/** Lists the policies of all roles: resources of their own, and those that roles have in themselves. */
export function policiesOf(template: Template): RolePolicy[] {
  const statements = (document: unknown) => (document as { Statement: Properties[] }).Statement;
  return [
    ...resourcesOf(template, 'AWS::IAM::Policy').map(({ properties }) => ({
      roles: listOf(properties.Roles).map(referenceOf),
      statements: statements(properties.PolicyDocument),
    })),
    ...resourcesOf(template, 'AWS::IAM::Role').flatMap(({ id, properties: { Policies = [] } }) =>
      (Policies as Properties[]).map(({ PolicyDocument }) => ({
        roles: [id],
        statements: statements(PolicyDocument),
      })),
    ),
  ];
}

/** Gives the logical id of a reference such as `{Ref}` or `{Fn::GetAtt}`. */
export function referenceOf(value: unknown): string {
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
  return Ref ?? attribute?.[0] ?? JSON.stringify(value);
}

/**
 * Writes a value as one text. It joins `{Fn::Join}`, and replaces references by the names of their targets.
 */
export function textOf(value: unknown, names: Readonly<Record<string, string>> = {}): string {
  if (typeof value === 'string') return value;
  const join = (value as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join'];
  if (join) return join[1].map((part) => textOf(part, names)).join(join[0]);
  const id = referenceOf(value);
  return names[id] ?? id;
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

interface Method {
  /** Method and path, such as `GET /api/v1/blacklist/{id}`. */
  readonly route: string;
  readonly properties: Properties;
}

/** Lists the methods of the REST API with their whole paths. */
export function methodsOf(template: Template): Method[] {
  const resources = new Map(resourcesOf(template, 'AWS::ApiGateway::Resource').map((one) => [one.id, one]));
  const pathOf = (id: string): string => {
    const resource = resources.get(id);
    return resource
      ? `${pathOf(referenceOf(resource.properties.ParentId))}/${resource.properties.PathPart}`
      : '';
  };
  return resourcesOf(template, 'AWS::ApiGateway::Method').map(({ properties }) => ({
    route: `${properties.HttpMethod} ${pathOf(referenceOf(properties.ResourceId)) || '/'}`,
    properties,
  }));
}
