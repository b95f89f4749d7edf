/** Names of the parts of the service, and of the commands, that do something by themselves. */
export const serviceNames = ['audit', 'camera', 'enroll', 'import', 'inbox', 'reindex', 'sweep'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** Actions of requests that are something else than their operation says. */
export const specialActions = ['mergeEntry'] as const;
export type SpecialAction = (typeof specialActions)[number];

/**
 * Actions that a line of the audit trail may have: operations, parts of the service, and what these do. A
 * test keeps the list whole. An action that is no longer written stays, for lines of earlier versions.
 */
export const auditActions = [
  ...serviceNames,
  ...specialActions,
  'addCamera',
  'addImages',
  'createEntry',
  'createEntryUpload',
  'createProcessUpload',
  'deleteEntry',
  'deleteImage',
  'deleteManyProcessed',
  'deleteManyProcessedUnderProcess',
  'deleteProcessed',
  'deleteProcessedUnderProcess',
  'detectFaces',
  'exportAudit',
  'exportEntry',
  'getCameraFrame',
  'getEntry',
  'getErasure',
  'getImage',
  'getProcessed',
  'getProcessedImage',
  'listAudit',
  'listEntries',
  'listImages',
  'listProcessed',
  'listProcessedUnderProcess',
  'lookBack',
  'patchEntry',
  'pauseCamera',
  'processImages',
  'receiveUpload',
  'refuseToken',
  'removeCamera',
  'reviewProcessed',
  'searchHistory',
  'trimAudit',
  'unknown',
  'updateEntry',
  'verify',
  'verifyEntry',
] as const;
