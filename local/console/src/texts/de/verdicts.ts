import { number, plural } from '../../format.ts';
import type { Texts } from '../en.ts';

export const verdicts: Texts['verdicts'] = {
  advice: {
    EXTREME_POSE: {
      fault: 'Das Gesicht ist zu weit zur Seite gedreht.',
      remedy: 'Machen Sie ein weiteres Bild von vorn.',
    },
    LOW_BRIGHTNESS: {
      fault: 'Das Gesicht ist zu dunkel.',
      remedy: 'Beleuchten Sie das Gesicht und machen Sie ein weiteres Bild.',
    },
    LOW_CONFIDENCE: {
      fault: 'Es ist kaum als Gesicht zu erkennen.',
      remedy: 'Zeigen Sie das ganze Gesicht, ohne dass etwas davor ist.',
    },
    LOW_FACE_QUALITY: {
      fault: 'Die Qualität des Gesichts ist zu gering.',
      remedy: 'Machen Sie aus der Nähe ein schärferes Bild.',
    },
    LOW_SHARPNESS: {
      fault: 'Das Gesicht ist zu unscharf.',
      remedy: 'Halten Sie still, wischen Sie die Linse ab und machen Sie ein weiteres Bild.',
    },
    SMALL_BOUNDING_BOX: {
      fault: 'Das Gesicht ist zu klein.',
      remedy: 'Gehen Sie näher heran und machen Sie ein weiteres Bild.',
    },
    NO_FACE_FOUND: {
      fault: 'Kein Gesicht gefunden.',
      remedy: 'Zeigen Sie das ganze Gesicht von vorn, bei gutem Licht, und machen Sie ein weiteres Bild.',
    },
    NOT_PROCESSED: { fault: 'Das Bild wurde nicht beurteilt.', remedy: 'Prüfen Sie es noch einmal.' },
  },
  faceIs: {
    match: (face, names) => `Gesicht ${face}: Treffer ${names}`,
    possible: (face, names) => `Gesicht ${face}: möglicherweise ${names}`,
    cannot_tell: (face) => `Gesicht ${face}: nicht beurteilbar`,
    no_match: (face) => `Gesicht ${face}: kein Treffer`,
  },
  ofEarlierVersion:
    'Kein Treffer, aber eine frühere Version hat das Bild geprüft. Sie sagte nicht, ob es beurteilbar war.',
  checkAgain: 'Prüfen Sie es noch einmal.',
  cannotTell: 'Nicht beurteilbar',
  noMatch: 'Kein Treffer',
  matched: 'Treffer',
  possibly: 'Möglich',
  matchPrefix: 'Treffer: ',
  possiblePrefix: 'Möglich: ',
  match: (names, isDanger) => `${isDanger ? 'Gefahr. ' : ''}Treffer: ${names}`,
  confirmed: (names, isDanger) => `${isDanger ? 'Gefahr. ' : ''}Bestätigt: ${names}`,
  possible: (names) => `Möglich: ${names}`,
  rejected: (names) => `Verworfen: nicht ${names}`,
  noLongerInForce: (names) => `Nicht mehr gültig: ${names}`,
  lapsedSince:
    'Der Eintrag wurde ausgesetzt, gelöscht oder ist abgelaufen, seit dieses Bild geprüft wurde: Er ergibt keine Treffer mehr.',
  sinceDeleted: 'Von der Sperrliste gelöscht, seit dieses Bild geprüft wurde.',
  sinceMoved:
    'Diesen Eintrag gibt es nicht mehr, seit dieses Bild geprüft wurde: Er wurde mit einem anderen zusammengeführt, der an seiner Stelle Treffer ergibt.',
  sinceOver:
    'Diesen Eintrag gibt es nicht mehr, seit dieses Bild geprüft wurde: Er wurde mit einem anderen zusammengeführt, der keine Treffer mehr ergibt.',
  sinceEnded: 'Der Eintrag ist abgelaufen, seit dieses Bild geprüft wurde: Er ergibt keine Treffer mehr.',
  sinceChanged: (fields) => `Geändert, seit dieses Bild geprüft wurde: ${fields}.`,
  judgedBy: (who: string, time: string) => `Beurteilt von ${who}, ${time}.`,
  alikeButNotEnough: 'Ähnlich, aber zu wenig für einen Treffer. Vergleichen Sie die Gesichter.',
  compareFirst: 'Erst vergleichen, dann handeln.',
  compareByOthers:
    'Ein Treffer kann falsch sein. Lassen Sie die Gesichter von jemandem vergleichen, der gelistete Bilder sehen darf, bevor Sie handeln.',
  facesJudged: (faces) =>
    `${plural(faces, { one: '# Gesicht', other: '# Gesichter' })} beurteilt: niemand, der gelistet ist.`,
  someFaces: (unclear, faces) => `${number(unclear)} von ${number(faces)} Gesichtern:`,
  verdictComes: 'Das Urteil kommt gleich.',

  face: (face) => `Gesicht ${face}`,
  faceOfPicture: (face) => `Gesicht ${face} des Bildes`,
  faceBeside: (face, name) => `Gesicht ${face}: ${name}`,
  inThePicture: 'Im Bild',
  listedAlike: (similarity) => `Gelistet, ${similarity} ähnlich`,
  listedHidden: 'Die Rolle dieses Tokens zeigt keine gelisteten Bilder.',
  listedPictureOf: (name) => `Gelistetes Bild von ${name}`,
  addThisFace: 'Dieses Gesicht zu den Bildern der Person hinzufügen',
  lookTwice: 'Sehen Sie genau hin.',
  erasedPerson: '(gelöscht)',
  asItWasThen: 'So war der Eintrag damals. Er wurde seither vielleicht gelöscht.',

  isIt: (name) => `Ist es ${name}?`,
  itIs: 'Er / sie ist es',
  notThem: 'Jemand anders',
  unsure: 'Unsicher',
  saidItIs: 'es ist diese Person',
  saidNot: 'es ist jemand anders',
  saidUnsure: 'nicht sicher',
  saidKept: (name, said) => `${name}: ${said}. Das ist gespeichert.`,
  saidNotKept: (name) =>
    `Was Sie über ${name} gesagt haben, ist nicht gespeichert. Sagen Sie es noch einmal.`,
  reviewOpen: 'Offen, bis eine zweite Person geurteilt hat.',
  reviewConfirmed: 'Bestätigt.',
  reviewRejected: 'Verworfen: jemand anders.',
  reviewUnsure: 'Niemand ist sicher.',
  reviewDisagreed: 'Sie sind sich nicht einig.',
  reviewBy: (who, said, note, time) => [who, `: ${said}`, note && [' (', note, ')'], `, ${time}.`],

  otherFaces: 'Andere Gesichter',
  countOtherFaces: (faces) => plural(faces, { one: '# anderes Gesicht', other: '# andere Gesichter' }),
  listThisPerson: 'Auf die Sperrliste setzen',

  wholePicture: 'Ganzes Bild, Rahmen und Zahlen',
  confidence: (percent) => `Gesicht mit ${percent} Sicherheit gefunden`,
  nobodyMatched: 'Kein Treffer.',
  nobodyElse: 'Es gibt sonst niemanden zum Vergleichen.',
  othersLessAlike: (others) =>
    `${plural(others, { one: '# andere Person', other: '# andere' })}, weniger ähnlich`,
  distance: 'Distanz',
  threshold: 'Schwelle',
  similarity: 'Ähnlichkeit',

  whatIf: 'Was wäre, wenn',
  whatIfTitle: 'Was wäre bei einer anderen Schwelle?',
  matchUpTo: 'Treffer bis zu einer Distanz von',
  resetTo: (distance) => `Zurück auf ${distance}`,
  distanceAndSimilarity: (distance, similarity) => `${distance}, eine Ähnlichkeit von ${similarity}`,
  stricter: 'Strenger',
  looser: 'Lockerer',
  nobodyWouldMatch: 'Niemand wäre ein Treffer.',
  wouldMatch: (names, people) => (people === 1 ? `${names} wäre ein Treffer.` : `${names} wären Treffer.`),
  verdictStays: 'Das Urteil oben bleibt, und alle anderen auch.',

  rateUnknownByAmazon: 'Amazon Rekognition sagt nicht, wie oft Fremde einander so ähnlich sehen.',
  pairsFewest: () => `Weniger als 1 von ${number(1_000_000)} Paaren von Fremden sieht sich so ähnlich.`,
  pairsPercent: (percent) => `${percent} der Paare von Fremden sehen sich mindestens so ähnlich.`,
  pairsOneIn: (pairs) => `1 von ${pairs} Paaren von Fremden sieht sich mindestens so ähnlich.`,
  rateUnknown: 'Wie viele Fremde das zu Unrecht beschuldigt, ist für dieses Maß nicht bekannt.',
  thresholdByAmazon: (percent) =>
    `Alle, die mindestens ${percent} ähnlich sind, gelten als Treffer. Amazon sagt nicht, wie viele Fremde das zu Unrecht beschuldigt.`,
  accusedFewest: () =>
    `Weniger als 1 von ${number(1_000_000)} Vergleichen mit Fremden ist eine falsche Beschuldigung.`,
  accusedPercent: (percent) => `${percent} der Vergleiche mit Fremden sind falsche Beschuldigungen.`,
  accusedOneIn: (comparisons) =>
    `1 von ${comparisons} Vergleichen mit Fremden ist eine falsche Beschuldigung.`,
  againstFewest: (images) =>
    `Bei den ${number(images)} Bildern, die jetzt gelistet sind, würde weniger als 1 von ${number(1_000_000)} Fremden beschuldigt.`,
  againstPercent: (images, percent) =>
    `Bei den ${number(images)} Bildern, die jetzt gelistet sind, würden ${percent} der Fremden beschuldigt.`,
  againstOneIn: (images, strangers) =>
    `Bei den ${number(images)} Bildern, die jetzt gelistet sind, würde 1 von ${strangers} Fremden beschuldigt.`,
  againstAtMost: (images, strangers) =>
    `Bei den ${number(images)} Bildern, die jetzt gelistet sind, würde höchstens 1 von ${strangers} Fremden beschuldigt.`,
};
