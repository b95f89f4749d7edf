/** The roles, each of which may do all that the ones before it may. */
export const roles = ['metrics', 'check', 'desk', 'editor', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Recognizes a role by its name. */
export function isRole(text: unknown): text is Role {
  return roles.some((role) => role === text);
}

/** Returns true if whoever has a role may do what asks for another. */
export function includesRole(role: Role, wanted: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(wanted);
}
