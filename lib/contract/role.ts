/** Roles; each may do all that the earlier ones may. */
export const roles = ['metrics', 'check', 'desk', 'editor', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Recognizes a role by its name. */
export function isRole(text: unknown): text is Role {
  return roles.some((role) => role === text);
}

/** Tells if a role includes another, so that its holder may do whatever requires that one. */
export function includesRole(role: Role, wanted: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(wanted);
}
