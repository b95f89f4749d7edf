/** Roles; each may do all that the earlier ones may. */
export const roles = ['metrics', 'check', 'desk', 'editor', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Recognizes a role by its name. */
export function isRole(text: unknown): text is Role {
  return roles.some((role) => role === text);
}

/** Pattern of a caller of IAM with its role: `user/NAME=ROLE`, `role/NAME=ROLE`, or `*=ROLE`. */
const iamRoleForm = /^((?:user|role)\/[\w+=,.@-]{1,128}|\*)=([a-z]+)$/;

/** Words for those who wrote another text. */
export const iamRolesTaken =
  `callers with their roles, separated by commas: user/NAME=ROLE, role/NAME=ROLE, *=ROLE for all others; ` +
  `a ROLE is one of ${roles.join(', ')}`;

/** Reads the roles of callers of IAM; returns `undefined` if one has another form, or stands there twice. */
export function readIamRoles(items: readonly string[]): ReadonlyMap<string, Role> | undefined {
  const read = new Map<string, Role>();
  for (const item of items) {
    const [, caller = '', role] = iamRoleForm.exec(item) ?? [];
    if (!isRole(role) || read.has(caller)) return undefined;
    read.set(caller, role);
  }
  return read;
}

/** Tells if a role includes another, so that its holder may do whatever requires that one. */
export function includesRole(role: Role, wanted: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(wanted);
}
