import { number, plural } from '../../format.ts';

const pictures = (count: number) => plural(count, { one: '# picture', other: '# pictures' });
const persons = (count: number) => plural(count, { one: '# person', other: '# people' });

/** The import of a folder or a table. */
export const importing = {
  title: 'Import people',
  lead: 'List many people at once. You see what would be done before anything is sent.',
  folderHint:
    'A folder that has a folder for each person: its name is the person’s name, and the files in it are the pictures.',
  tableHint:
    'Or a table (CSV) with the columns name, reason and files, chosen together with the pictures that it names.',
  largestFace: 'The largest face of each picture is taken.',
  chooseFolder: 'Choose a folder',
  chooseTable: 'Choose a table and pictures',
  severalTables: (names: string) => `Choose one table at a time. These are several: ${names}.`,
  reading: 'Reading the files …',
  found: (people: number, count: number) => `Found: ${persons(people)}, ${pictures(count)} to send.`,
  addToListed: (count: number) =>
    plural(count, {
      one: '# is listed under the same name: add the pictures to that entry',
      other: '# are listed under the same name: add the pictures to those entries',
    }),
  progressLabel: 'Pictures sent',
  progress: (done: number, count: number) => `${number(done)} of ${pictures(count)} done`,
  start: (count: number) => `Send ${pictures(count)}`,
  stop: 'Stop',
  goOn: (count: number) =>
    plural(count, { one: 'Send # picture that was not sent', other: 'Send # pictures that were not sent' }),
  chooseOthers: 'Choose other files',
  report: 'Report as CSV',
  result: (people: number, added: number) => `${persons(people)} listed, ${pictures(added)} added.`,
  thereAlready: (count: number) => `${pictures(count)} there already.`,
  notTaken: (count: number) => `${pictures(count)} not taken.`,
  notSent: (count: number) => `${pictures(count)} not sent yet.`,
  heldBack: (count: number) =>
    plural(count, {
      one: '# picture held back: look at it below.',
      other: '# pictures held back: look at them below.',
    }),
  lookAlikes: (people: number) =>
    plural(people, {
      one: '# person looks like somebody who was listed already.',
      other: '# people look like somebody who was listed already.',
    }),
  unmatched: (people: number) =>
    plural(people, {
      one: '# person has an entry that is suspended or has expired: nobody matches it.',
      other: '# people have entries that are suspended or have expired: nobody matches them.',
    }),

  people: 'People to list',
  pictures: 'Pictures',
  remarks: 'Remarks',
  addedOf: (added: number, count: number) => `${number(added)} of ${pictures(count)} added`,
  listedAlready: 'Listed already under this name: left out.',
  outOfForceAlready:
    'There is an entry with this name, but it is suspended or has expired, so nobody matches it: left out.',
  addedToListed: 'Listed already under this name: the pictures are added to that entry.',
  listedMeanwhile:
    'Somebody else has listed this name meanwhile. To add the pictures to that entry, choose the files again.',
  nearlyListed: (name: string) => `Somebody is listed under nearly the same name: ${name}.`,
  looksLike: (names: string) => `Looks like ${names}, listed already.`,
  unwanted: 'Left out by you.',
  reasonStays: 'The reason in the table is not taken over: the entry keeps its own.',
  nearlySame: (names: string) => `Nearly the same name is in these files too: ${names}.`,
  samePicture: (names: string) => `It is the same picture as one of ${names}.`,
  unlike: (similarity: string) => `It does not look like the person’s other pictures: ${similarity} alike.`,
  agreeing: (count: number, names: string) => `${pictures(count)} agree on who it is. Different: ${names}.`,
  noneAgree: (taken: string, names: string) =>
    `No two pictures agree on who it is. Taken: ${taken}. Different: ${names}.`,
  joinedFolders: (count: number) =>
    `${number(count)} folders have this name, but for spaces or invisible characters. They are taken as one person.`,
  tied: (count: number, names: string, taken: string) =>
    `A tie: ${pictures(count)} agree on who it is, and as many on somebody else: ${names}. Taken, since it comes first: ${taken}.`,
  agreeingUnusable: 'It differs from the pictures that agree, of which none could be used.',
  sendHeld: 'It is this person: send it all the same',
  states: {
    waiting: 'Not sent.',
    sending: 'Sending …',
    added: 'Added.',
    there: 'Was there already.',
    held: 'Held back.',
    refused: 'Not taken.',
    failed: 'Not sent.',
  },
  columns: {
    name: 'Name',
    file: 'File',
    result: 'Result',
    remarks: 'Remarks',
    looksLike: 'Looks like',
  },

  leftOut: 'Left out',
  row: (row: number) => `Row ${row}`,
  leftOutReasons: {
    'not-in-folder': 'it is not in the folder of a person.',
    'too-deep': 'it lies in a folder inside a person’s folder.',
    'no-name': 'the folder’s name is no name of 1 to 100 characters.',
    'damaged-name': 'a program has damaged the folder’s name. Rename it.',
    empty: 'the file is empty.',
    'no-picture': 'it is no picture.',
    'too-large': 'the file is larger than 100 MB.',
    unreadable: 'the file can’t be read.',
    'not-there': 'the picture was not chosen.',
    'not-in-table': 'the table does not name it.',
    'nameless-row': 'its row in the table has no name of 1 to 100 characters.',
    twice: 'the table names it twice for this person.',
  },
  passedOver: (count: number) =>
    plural(count, {
      one: '# file that a system made for itself, or that lies in a bin',
      other: '# files that systems made for themselves, or that lie in a bin',
    }),
};
