/** Result of an import, or of its dry run. */
export interface ImportReport {
  entriesAdded: number;
  entriesPresent: number;
  picturesAdded: number;
  picturesPresent: number;
  /** Number of faces of the old collection that became reference images. */
  facesAdopted: number;
  historyAdded: number;
  historyPresent: number;
  /** Number of pictures of the history whose `db_id` is another one here. */
  historyRenumbered: number;
  /** Sentences about what was taken otherwise or not at all, each with its reason. */
  readonly remarks: string[];
  /** Files and folders of systems that were ignored. */
  readonly passedOver: Set<string>;
}

export function emptyReport(): ImportReport {
  return {
    entriesAdded: 0,
    entriesPresent: 0,
    picturesAdded: 0,
    picturesPresent: 0,
    facesAdopted: 0,
    historyAdded: 0,
    historyPresent: 0,
    historyRenumbered: 0,
    remarks: [],
    passedOver: new Set(),
  };
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
