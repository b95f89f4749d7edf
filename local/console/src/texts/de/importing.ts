import { number, plural } from '../../format.ts';
import type { Texts } from '../en.ts';

const pictures = (count: number) => plural(count, { one: '# Bild', other: '# Bilder' });
const persons = (count: number) => plural(count, { one: '# Person', other: '# Personen' });

export const importing: Texts['importing'] = {
  title: 'Personen importieren',
  lead: 'Viele Personen auf einmal listen. Vor dem Senden wird gezeigt, was geschehen würde.',
  folderHint:
    'Ein Ordner mit je einem Ordner pro Person: Sein Name ist der Name der Person, die Dateien darin sind die Bilder.',
  tableHint:
    'Oder eine Tabelle (CSV) mit den Spalten name, reason und files, gewählt zusammen mit den Bildern, die sie nennt.',
  largestFace: 'Von jedem Bild zählt das größte Gesicht.',
  chooseFolder: 'Ordner wählen',
  chooseTable: 'Tabelle und Bilder wählen',
  severalTables: (names) => `Bitte nur eine Tabelle auf einmal wählen. Das sind mehrere: ${names}.`,
  reading: 'Die Dateien werden gelesen …',
  found: (people, count) => `Gefunden: ${persons(people)}, ${pictures(count)} zu senden.`,
  addToListed: (count) =>
    plural(count, {
      one: '# ist unter demselben Namen gelistet: die Bilder diesem Eintrag hinzufügen',
      other: '# sind unter demselben Namen gelistet: die Bilder diesen Einträgen hinzufügen',
    }),
  progressLabel: 'Gesendete Bilder',
  progress: (done, count) =>
    plural(count, {
      one: `${number(done)} von # Bild erledigt`,
      other: `${number(done)} von # Bildern erledigt`,
    }),
  start: (count) => `${pictures(count)} senden`,
  stop: 'Anhalten',
  goOn: (count) => plural(count, { one: '# fehlendes Bild senden', other: '# fehlende Bilder senden' }),
  chooseOthers: 'Andere Dateien wählen',
  report: 'Bericht als CSV',
  result: (people, added) => `${persons(people)} gelistet, ${pictures(added)} hinzugefügt.`,
  thereAlready: (count) => `${pictures(count)} schon vorhanden.`,
  notTaken: (count) => `${pictures(count)} nicht angenommen.`,
  notSent: (count) => `${pictures(count)} noch nicht gesendet.`,
  heldBack: (count) =>
    plural(count, {
      one: '# Bild zurückgehalten: Bitte unten ansehen.',
      other: '# Bilder zurückgehalten: Bitte unten ansehen.',
    }),
  lookAlikes: (people) =>
    plural(people, {
      one: '# Person sieht aus wie jemand, der schon gelistet war.',
      other: '# Personen sehen aus wie jemand, der schon gelistet war.',
    }),
  unmatched: (people) =>
    plural(people, {
      one: '# Person hat einen Eintrag, der ausgesetzt oder abgelaufen ist: Er ergibt keine Treffer.',
      other: '# Personen haben Einträge, die ausgesetzt oder abgelaufen sind: Sie ergeben keine Treffer.',
    }),

  people: 'Zu listende Personen',
  pictures: 'Bilder',
  remarks: 'Bemerkungen',
  addedOf: (added, count) =>
    plural(count, {
      one: `${number(added)} von # Bild hinzugefügt`,
      other: `${number(added)} von # Bildern hinzugefügt`,
    }),
  listedAlready: 'Unter diesem Namen schon gelistet: ausgelassen.',
  outOfForceAlready:
    'Einen Eintrag mit diesem Namen gibt es, aber er ist ausgesetzt oder abgelaufen und ergibt keine Treffer: ausgelassen.',
  addedToListed: 'Unter diesem Namen schon gelistet: Die Bilder kommen zu diesem Eintrag.',
  listedMeanwhile:
    'Diesen Namen hat inzwischen jemand anders gelistet. Um die Bilder diesem Eintrag hinzuzufügen, die Dateien noch einmal wählen.',
  nearlyListed: (name) => `Unter fast demselben Namen ist schon jemand gelistet: ${name}.`,
  looksLike: (names) => `Sieht aus wie ${names}, schon gelistet.`,
  unwanted: 'Von Ihnen ausgelassen.',
  reasonStays: 'Der Grund aus der Tabelle wird nicht übernommen: Der Eintrag behält seinen.',
  nearlySame: (names) => `Fast derselbe Name kommt in diesen Dateien auch vor: ${names}.`,
  samePicture: (names) => `Es ist dasselbe Bild wie eines von ${names}.`,
  unlike: (similarity) => `Es ähnelt den anderen Bildern der Person nicht: ${similarity} Ähnlichkeit.`,
  agreeing: (count, names) => `${pictures(count)} stimmen überein, wer es ist. Anders: ${names}.`,
  noneAgree: (taken, names) =>
    `Keine zwei Bilder stimmen überein, wer es ist. Genommen: ${taken}. Anders: ${names}.`,
  joinedFolders: (count) =>
    `${number(count)} Ordner haben diesen Namen, bis auf Leerzeichen oder unsichtbare Zeichen. Sie gelten als eine Person.`,
  tied: (count, names, taken) =>
    `Gleichstand: ${pictures(count)} stimmen darin überein, wer es ist, und ebenso viele bei jemand anderem: ${names}. Genommen, weil es zuerst kommt: ${taken}.`,
  agreeingUnusable: 'Es ist anders als die Bilder, die übereinstimmen; von diesen war keines brauchbar.',
  sendHeld: 'Es ist diese Person: trotzdem senden',
  states: {
    waiting: 'Nicht gesendet.',
    sending: 'Wird gesendet …',
    added: 'Hinzugefügt.',
    there: 'War schon da.',
    held: 'Zurückgehalten.',
    refused: 'Nicht angenommen.',
    failed: 'Nicht gesendet.',
  },
  columns: {
    name: 'Name der Person',
    file: 'Datei',
    result: 'Ergebnis',
    remarks: 'Bemerkungen',
    looksLike: 'Sieht aus wie',
  },

  leftOut: 'Ausgelassen',
  row: (row) => `Zeile ${row}`,
  leftOutReasons: {
    'not-in-folder': 'liegt nicht im Ordner einer Person.',
    'too-deep': 'liegt in einem Ordner innerhalb des Ordners einer Person.',
    'no-name': 'der Name des Ordners ist kein Name von 1 bis 100 Zeichen.',
    'damaged-name': 'ein Programm hat den Namen des Ordners beschädigt. Bitte umbenennen.',
    empty: 'die Datei ist leer.',
    'no-picture': 'ist kein Bild.',
    'too-large': 'die Datei ist größer als 100 MB.',
    unreadable: 'die Datei ist nicht lesbar.',
    'not-there': 'das Bild wurde nicht gewählt.',
    'not-in-table': 'die Tabelle nennt es nicht.',
    'nameless-row': 'seine Zeile in der Tabelle hat keinen Namen von 1 bis 100 Zeichen.',
    twice: 'die Tabelle nennt es für diese Person zweimal.',
  },
  passedOver: (count) =>
    plural(count, {
      one: '# Datei, die ein System für sich angelegt hat oder die in einem Papierkorb liegt',
      other: '# Dateien, die Systeme für sich angelegt haben oder die in einem Papierkorb liegen',
    }),
};
