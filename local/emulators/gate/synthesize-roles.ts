/**
 * Program: prints the policies of all functions' roles as JSON, from the stack's template. References to the
 * stack's resources are replaced by the emulators' names, which come as JSON in the first argument.
 */
import { mkdtempDisposableSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnResource } from 'aws-cdk-lib';
import { refusedEndpoints } from '../../../infra/refused-endpoints.ts';
import { FaceBlacklistStack } from '../../../infra/stack.ts';
import { maxCollections } from '../../../lib/config.ts';
import { lookBackCollectionOf } from '../../../lib/faces/rekognition/kept-faces.ts';
import { collectionIdsOf } from '../../../lib/faces/rekognition/names.ts';
import { account } from './call.ts';
import type { Roles, Statement } from './policy.ts';
import type { EmulatedNames } from './roles.ts';

interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

type Template = Readonly<Record<string, TemplateResource>>;

const root = join(import.meta.dirname, '../../..');

/** Gives the roles what a look-back and several collections need, if the settings ask for them. */
function contextOfSettings(): Readonly<Record<string, string>> {
  const { LOOK_BACK_DAYS: lookBackDays = '', KEEP_UNMATCHED_DAYS: keepUnmatchedDays } = process.env;
  const { REKOGNITION_COLLECTIONS: collections } = process.env;
  return {
    ...(lookBackDays && { lookBackDays }),
    ...(keepUnmatchedDays && { keepUnmatchedDays }),
    ...(collections && { collections }),
  };
}

function synthesizeStack(outdir: string): { stack: FaceBlacklistStack; template: Template } {
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8'));
  const app = new App({
    outdir,
    analyticsReporting: false,
    stackTraces: false,
    // The functions' code is not needed.
    context: { ...context, ...contextOfSettings(), 'aws:cdk:bundling-stacks': [] },
  });
  const stack = new FaceBlacklistStack(app, 'FaceBlacklist');
  const { template } = app.synth().getStackByName(stack.stackName);
  return { stack, template: template.Resources };
}

/** Finds the functions' names: those of their constructs, beginning with a small letter as in `needs.ts`. */
function functionNames(stack: FaceBlacklistStack): Map<string, string> {
  const names = new Map<string, string>();
  for (const { node } of stack.node.findAll()) {
    const resource = node.defaultChild;
    if (!(resource instanceof CfnResource) || resource.cfnResourceType !== 'AWS::Lambda::Function') continue;
    names.set(stack.getLogicalId(resource), node.id.charAt(0).toLowerCase() + node.id.slice(1));
  }
  return names;
}

function rolesOf(stack: FaceBlacklistStack, template: Template, names: EmulatedNames): Roles {
  const resolve = resolver(template, stack.stackName, names);
  const roles: Record<string, readonly Statement[]> = {};
  for (const [id, name] of functionNames(stack)) {
    const role = template[referenceOf(template[id]?.Properties?.Role) ?? '']?.Properties;
    const policies = role?.Policies as readonly { readonly PolicyDocument: unknown }[];
    roles[name] = policies.flatMap(
      ({ PolicyDocument }) => (resolve(PolicyDocument) as { Statement: Statement[] }).Statement,
    );
  }
  // The gateway refuses these by itself. Here a handler does, with the role of one that shows a record.
  for (const name of Object.keys(refusedEndpoints)) roles[name] ??= roles.getErasure ?? [];
  return roles;
}

function referenceOf(value: unknown): string | undefined {
  const { Ref, 'Fn::GetAtt': attribute } = (value ?? {}) as { Ref?: string; 'Fn::GetAtt'?: string[] };
  return Ref ?? attribute?.[0];
}

/** Makes a function that replaces CloudFormation's references in a value by the emulators' names. */
function resolver(template: Template, stackName: string, names: EmulatedNames): (value: unknown) => unknown {
  const pseudo: Record<string, string> = {
    'AWS::Partition': 'aws',
    'AWS::Region': names.region,
    'AWS::AccountId': account,
    'AWS::StackName': stackName,
    'AWS::URLSuffix': 'amazonaws.com',
  };
  const arns: Record<string, string> = {
    'AWS::DynamoDB::Table': `arn:aws:dynamodb:${names.region}:${account}:table/${names.table}`,
    'AWS::S3::Bucket': `arn:aws:s3:::${names.bucket}`,
  };
  const queueArn = (id: string) => {
    const name = Object.entries(names.queues).find(([beginning]) => id.startsWith(beginning))?.[1];
    return name && `arn:aws:sqs:${names.region}:${account}:${name}`;
  };
  const reference = (id: string) =>
    pseudo[id] ?? arns[template[id]?.Type ?? ''] ?? queueArn(id) ?? `arn:aws:unknown:::${id}`;
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, never>;
    if (Ref !== undefined) return reference(Ref);
    if (attribute !== undefined) return reference(attribute[0]);
    if (join !== undefined) return (resolve(join[1]) as string[]).join(join[0]);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolve(one)]));
  };
  // The stack names the collections after itself; the emulators have names of their own for them.
  const own = [lookBackCollectionOf, ...collectionIdsOf('', maxCollections).map(suffixing)];
  return (value) =>
    JSON.parse(
      own.reduce(
        (text, idOf) =>
          text.replaceAll(`:collection/${idOf(stackName)}"`, `:collection/${idOf(names.collection)}"`),
        JSON.stringify(resolve(value)),
      ),
    );
}

/** Makes a function that adds a suffix. */
function suffixing(suffix: string): (collectionId: string) => string {
  return (collectionId) => `${collectionId}${suffix}`;
}

const names: EmulatedNames = JSON.parse(process.argv[2] ?? '{}');
using folder = mkdtempDisposableSync(join(tmpdir(), 'face-blacklist-roles-'));
const { stack, template } = synthesizeStack(folder.path);
process.stdout.write(JSON.stringify(rolesOf(stack, template, names)));
