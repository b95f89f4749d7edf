import { number, plural } from '../../format.ts';
import type { Texts } from '../en.ts';

const pictures = (count: number) => plural(count, { one: '# Bild', other: '# Bilder' });
const withPictures = (count: number) => plural(count, { one: '# Bild', other: '# Bildern' });
const persons = (count: number) => plural(count, { one: '# Person', other: '# Personen' });

export const people: Texts['people'] = {
  title: 'Sperrliste',
  lead: 'Die Personen, mit denen Bilder verglichen werden',
  listed: (count) => `${persons(count)} gelistet`,
  found: (count) => `${persons(count)} gefunden`,
  addPerson: 'Person hinzufügen',
  showMore: (left) => `Mehr von ${number(left)} zeigen`,
  sortBy: 'Sortieren nach',
  sorts: {
    '-added': 'Zuletzt hinzugefügt',
    added: 'Zuerst hinzugefügt',
    name: 'Name',
    '-last_seen': 'Zuletzt gesehen',
    '-updated': 'Zuletzt geändert',
    expires: 'Endet zuerst',
  },
  expiredOnly: 'Nur abgelaufene',
  search: 'Namen, Gründe und Notizen durchsuchen',
  noReason: 'Kein Grund angegeben',
  picturesSince: (count, date) => `${pictures(count)} · ${date}`,
  lastSeen: (date) => `Zuletzt gesehen am ${date}`,
  loadingList: 'Sperrliste lädt',
  noneExpired: 'Kein Eintrag ist abgelaufen',
  expiredStayHere: 'Einträge, deren Sperre vorbei ist, stehen hier, bis sie gelöscht werden.',
  nobodyFits: (query) => `Niemand passt zu „${query}“`,
  expiredFit: (count) => `Abgelaufene Einträge, die passen: ${number(count)}`,
  othersFit: (count) => `Nicht abgelaufene Einträge, die passen: ${number(count)}`,
  anyPart:
    'Jeder Teil eines Namens, eines Grundes oder der Notizen genügt; Akzente, Bindestriche und Großschreibung zählen nicht.',
  nobodyYet: 'Noch ist niemand gelistet',
  addWithPictures:
    'Fügen Sie eine Person mit einem oder mehreren Bildern ihres Gesichts hinzu. Jedes geprüfte Bild wird damit verglichen.',

  severities: { info: 'Hinweis', warning: 'Warnung', danger: 'Gefahr' },
  suspendedBadge: 'Ausgesetzt: keine Treffer',
  expiredBadge: (date) => `Abgelaufen: war gesperrt bis ${date}`,
  bannedUntil: (date) => `Gesperrt bis ${date}`,

  person: 'Person',
  notListed: 'Nicht mehr gelistet',
  nobodyHere: 'Hier ist niemand',
  wasDeleted: 'Die Person wurde gelöscht oder war nie gelistet.',
  toTheList: 'Zur Sperrliste',
  listedSince: (date) => `Gelistet seit ${date}`,
  listedSinceBy: (date, actor) => `Gelistet seit ${date} von ${actor}`,
  changed: (time) => `geändert ${time}`,
  changedBy: (time, actor) => `geändert ${time} von ${actor}`,
  edit: 'Bearbeiten',
  merge: 'Zusammenführen',
  delete: 'Löschen',
  about: 'Über die Person',
  suspendedNotice: 'Ausgesetzt: Dieser Eintrag ergibt keine Treffer, bis das zurückgenommen wird.',
  expiredNotice: (time) =>
    `Abgelaufen am ${time}: Dieser Eintrag ergibt jetzt keine Treffer. Er wird gelöscht.`,
  deleteWhom: (name) => `${name} löschen?`,
  deletePerson: (name) => `${name} löschen`,
  deleteMeans: (name, images) =>
    `${name} ergibt keine Treffer mehr. Der Eintrag, ${plural(images, {
      one: '# Referenzbild',
      other: '# Referenzbilder',
    })} und alle daraus gewonnenen Gesichtsdaten werden entfernt. Nach zehn Sekunden lässt sich das nicht mehr rückgängig machen.`,
  pastMatchesStay:
    'Frühere Treffer bleiben im Verlauf als Zeiten und Zahlen, ohne den Namen und ohne Bilder.',
  deletedSoon: (name, seconds) => `${name} wird in ${number(seconds)} Sekunden gelöscht.`,
  notDeleted: (name, error) => `${name} wurde nicht gelöscht: ${error}`,
  deletedNow: (name) => `${name} wurde gelöscht.`,
  recentMatches: 'Letzte Treffer',
  allMatches: (count) => `Alle ${number(count)}`,
  noMatchYet: 'Noch ergab kein geprüftes Bild einen Treffer.',

  fields: {
    name: 'Name',
    reason: 'Grund',
    severity: 'Stufe',
    category: 'Kategorie',
    lastDay: 'Gesperrt bis',
    notes: 'Notizen',
    suspended: 'Ausgesetzt',
  },
  notSaid: 'Keine Angabe',
  shownLarge: (length, most) =>
    `Steht groß neben einem Treffer. ${number(length)} von ${number(most)} Zeichen.`,
  afterThisDay: 'Nach diesem Tag gibt es keine Treffer mehr; einige Tage später wird der Eintrag gelöscht.',
  suspendedField: 'Ausgesetzt: keine Treffer, bis das zurückgenommen wird',
  yes: 'Ja',
  no: 'Nein',
  empty: 'Leer',
  savedMeanwhile: (field) => `${field}, wie jemand anders es inzwischen gespeichert hat:`,
  takenOver: (field) => `${field}: so hat es jemand anders inzwischen gespeichert.`,
  takeTheirs: 'Übernehmen',
  takeTheirField: {
    name: 'Den anderen Namen übernehmen',
    reason: 'Den anderen Grund übernehmen',
    severity: 'Die andere Stufe übernehmen',
    category: 'Die andere Kategorie übernehmen',
    lastDay: 'Das andere Datum übernehmen',
    notes: 'Die anderen Notizen übernehmen',
    suspended: 'Die andere Angabe übernehmen, ob ausgesetzt',
  },
  editPerson: (name) => `${name} bearbeiten`,
  wasSaved: (name) => `${name} wurde gespeichert.`,
  somebodyElse: 'Jemand anders',
  otherSaved: (actor) => `${actor} hat diesen Eintrag gespeichert, während Sie schrieben.`,
  otherSavedAt: (actor, time) => `${actor} hat diesen Eintrag (${time}) gespeichert, während Sie schrieben.`,
  bothShown:
    'Beide Texte sind zu sehen. Speichern Sie noch einmal, um zu behalten, was in den Feldern steht.',
  otherFields: 'Das betraf andere Felder als Ihre. Speichern Sie noch einmal, um beides zu behalten.',
  mergedWhileWriting: (from, into) =>
    `${from} wurde mit ${into} zusammengeführt, während Sie schrieben. Ihr Text ist noch nicht gespeichert. Speichern Sie, um ihn für ${into} zu behalten.`,
  deletedWhileWriting: (name) =>
    `${name} wurde gelöscht, während Sie schrieben. Ihr Text lässt sich nicht mehr speichern. Kopieren Sie, was Sie noch brauchen.`,
  nameNeeded: 'Ein Name ist nötig.',
  nameTaken: 'Unter diesem Namen ist schon jemand gelistet.',
  nameOutOfForce:
    'Einen Eintrag mit diesem Namen gibt es, aber er ist ausgesetzt oder abgelaufen und ergibt keine Treffer.',
  nameOfAnother: 'Unter diesem Namen ist jemand anders gelistet.',

  addLead: 'Ein gutes Bild genügt; mit zwei oder drei wird seltener jemand übersehen.',
  addHint: 'Das Gesicht soll scharf, gut beleuchtet und der Kamera zugewandt sein.',
  addAnother: 'Weitere Person hinzufügen',
  startOver: 'Von vorn beginnen',
  open: (name) => `${name} öffnen`,
  adding: 'Wird hinzugefügt …',
  addToList: 'Auf die Sperrliste setzen',
  listNevertheless: (name) => `${name} trotzdem auf die Sperrliste setzen`,
  isListed: (name, added) => `${name} ist gelistet, mit ${withPictures(added)}.`,
  isListedPartly: (name, added, refused) =>
    `${name} ist gelistet, mit ${withPictures(added)}; nicht brauchbar: ${pictures(refused)}.`,
  noLongerListed: (name) => `${name} ist nicht mehr gelistet.`,
  suspendedInstead: (name) =>
    `${name} ist ausgesetzt: Der Eintrag ergibt keine Treffer. Ein Admin kann ihn löschen.`,
  stillListed: (name, error) => `${name} ist noch gelistet: ${error}`,
  noneUsable: (name) =>
    `${name} ist nicht gelistet: Keines der Bilder war brauchbar. Fügen Sie ein anderes hinzu und versuchen Sie es noch einmal.`,

  wrongPicture:
    'Zeigt ein Bild jemand anderen? Setzen Sie den Eintrag aus, und bitten Sie einen Admin, das Bild zu entfernen.',
  onlyAdminRemoves:
    'Sehen Sie sich die Bilder vorher an: Nur ein Admin kann ein hinzugefügtes wieder entfernen.',
  tellAdmin: (names, name, id) =>
    `Hinzugefügt: ${names}. Zeigt eines jemand anderen, nennen Sie es einem Admin, mit ${name}, Nummer ${id}.`,
  suspendUntilThen: (name) => `${name} bis dahin aussetzen`,
  referencePictures: 'Referenzbilder',
  pictures,
  lastStays: 'Das letzte Bild lässt sich nicht entfernen. Löschen Sie stattdessen die Person.',
  picture: 'Bild',
  thisPicture: 'Dieses Bild',
  pictureOf: (name, picture) => `${name}, ${picture}`,
  lookAt: (picture) => `${picture} ansehen`,
  removePicture: (picture) => `${picture} entfernen`,
  removeWhich: (picture) => `${picture} entfernen?`,
  wasRemoved: (picture) => `${picture} wurde entfernt.`,
  removeMeans: (name) =>
    `${name} wird durch dieses Bild nicht mehr gefunden. Es lässt sich nicht wiederherstellen.`,
  moreHint: 'Mit mehr Bildern wird dieselbe Person seltener übersehen.',
  picturesAdded: (count) => `${pictures(count)} hinzugefügt.`,
  done: 'Fertig',
  addPictures: (count) => `${pictures(count)} hinzufügen`,
  addNevertheless: (name) => `Trotzdem zu ${name} hinzufügen`,
  faceThatCounts: 'Das Gesicht, das zählt',
  added: 'Hinzugefügt',
  size: 'Größe',
  pixels: (width, height) => `${width} × ${height} Pixel`,
  file: 'Datei',
  sharpness: 'Schärfe',
  brightness: 'Helligkeit',
  ofHundred: (value) => `${number(value)} von 100`,
  turned: 'Gedreht',
  pose: (side, up, tilt) =>
    `${number(side)}° zur Seite, ${number(up)}° nach oben oder unten, um ${number(tilt)}° geneigt`,

  picturesToAdd: 'Bilder zum Hinzufügen',
  lookAgain: 'Noch einmal suchen',
  lookAgainAll: 'In allen noch einmal suchen',
  wouldBeLeft: (count) =>
    plural(count, {
      one: 'In # Bild konnte das Gesicht nicht gesucht werden, es bliebe also zurück. Lassen Sie noch einmal suchen, oder lassen Sie es weg.',
      other:
        'In # Bildern konnte das Gesicht nicht gesucht werden, sie blieben also zurück. Lassen Sie noch einmal suchen, oder lassen Sie sie weg.',
    }),
  leaveTheseOut: 'Diese weglassen',
  leaveOut: (picture) => `${picture} weglassen`,
  states: {
    looking: 'Das Gesicht wird gesucht …',
    ready: '',
    'not-looked-at': 'Das Gesicht konnte nicht gesucht werden.',
    unreadable: 'Nicht brauchbar.',
    sending: 'Wird gesendet …',
    unanswered: 'Es kam keine Antwort: vielleicht wurde es hinzugefügt.',
    added: 'Hinzugefügt.',
    refused: 'Nicht angenommen.',
  },
  noFaceFound: 'Kein Gesicht gefunden: Es wird kaum angenommen.',
  oneFace: 'Ein Gesicht gefunden.',
  severalFaces: (faces) => `${number(faces)} Gesichter gefunden. Wählen Sie das gemeinte.`,
  markedAlone: 'Nur das markierte Gesicht wird gesendet.',
  mayNotBeTaken: 'Es wird vielleicht nicht angenommen, oder beschuldigt andere.',
  looksLike: (names) => ['Sieht aus wie ', names, ', schon gelistet.'],
  faceOf: (face, picture) => `Gesicht ${face} von ${picture}`,
  stillLookedAt: (picture) => `In ${picture} wird noch gesucht. Versuchen Sie es gleich noch einmal.`,
  showsSeveral: (picture) => `${picture} zeigt mehrere Gesichter. Wählen Sie das gemeinte.`,
  addOne: 'Fügen Sie mindestens ein Bild hinzu, das das Gesicht zeigt.',
  notSentYet: 'Noch nicht gesendet.',
  askedAgain: 'Es kam keine Antwort. Der Dienst wird noch einmal gefragt; nichts wird zweimal hinzugefügt.',
  notKnown:
    'Es kam keine Antwort, also ist noch nicht bekannt, ob es getan wurde. Drücken Sie noch einmal: der Dienst wird zuerst gefragt, und nichts geschieht zweimal.',
  leaveUnknown: 'Ohne die Antwort verlassen?',
  leaveNevertheless: 'Trotzdem verlassen',
  leaveUnsaved: 'Ohne Speichern verlassen?',
  isUnsaved: 'Was Sie geschrieben haben, ist nicht gespeichert.',
  mayBeListed: (name) =>
    `Es kam keine Antwort, also ist ${name} vielleicht gelistet. „Auf die Sperrliste setzen“ fragt den Dienst nach der Antwort. Wenn Sie dies verlassen, sehen Sie in der Sperrliste nach.`,
  mayBeAdded:
    'Für manche Bilder kam keine Antwort: Sie sind vielleicht hinzugefügt. Der Knopf neben diesem fragt den Dienst nach der Antwort. Wenn Sie dies verlassen, sehen Sie bei den Referenzbildern nach.',

  lookTwice: 'Sehen Sie genau hin, bevor das gespeichert wird',
  nearlyThere: 'Fast denselben Namen hat ein Eintrag, der ausgesetzt oder abgelaufen ist:',
  outOfForce: 'ausgesetzt oder abgelaufen: keine Treffer',
  maybeListed: 'Das ist vielleicht jemand, der schon gelistet ist:',
  personAlike: (name, similarity) => [name, `, ${similarity} ähnlich`],
  personSimilar: (name, similarity) => [name, `, ${similarity} ähnlich`],
  addPicturesTo: (name) => `Die Bilder zu ${name} hinzufügen`,
  strangers: (count) =>
    plural(count, {
      one: 'Ein Bild ähnelt den anderen der Person nicht:',
      other: 'Einige Bilder ähneln den anderen der Person nicht:',
    }),
  back: 'Zurück',
  notAllCompared: 'Nicht jedes Bild konnte mit den gelisteten Personen verglichen werden.',

  mergeWith: (name) => `${name} zusammenführen mit …`,
  chooseSame: 'Wählen Sie den Eintrag, der dieselbe Person ist.',
  keepEntryOf: 'Eintrag behalten von',
  numberAndPictures: (id, count) => `Nummer ${id} · ${pictures(count)}`,
  merging: 'Die Bilder werden übertragen …',
  notTakenOver:
    'Diese Bilder können nicht übernommen werden. Entfernen Sie sie zuerst aus dem anderen Eintrag:',
  wasMerged: (from, into) => `${from} wurde mit ${into} zusammengeführt.`,
  picturesHere: 'Die Bilder, die Sie dafür gewählt haben, sind jetzt hier. Sie sind noch nicht hinzugefügt.',
  picturesLeft: 'Die gewählten Bilder wurden nicht hinzugefügt, denn die Person ist nicht mehr gelistet.',
  mergeInto: (into) => `Mit ${into} zusammenführen?`,
  mergeAction: (from, into) => `${from} mit ${into} zusammenführen`,
  mergeNevertheless: (from, into) => `${from} trotzdem mit ${into} zusammenführen`,
  onePersonFrom: (similarity) => `Ab ${similarity} gelten Gesichter als die einer Person.`,
  unlikeMergeMeans: (into) =>
    `Sind es zwei Menschen, so wird von da an als ${into} gemeldet, wer einem von beiden ähnlich sieht. Die Einträge lassen sich nicht wieder trennen.`,
  mergeMeans: (into, from, id) =>
    `${into} erhält alle Bilder und behält Namen und Nummer. ${from}, Nummer ${id}, wird gelöscht; der Verlauf bleibt und wird zusammen mit ${into} gelöscht. Das lässt sich nicht rückgängig machen.`,
  matchesAgain: (name) =>
    `${name}: diesen Eintrag trifft jetzt niemand. Nach dem Zusammenführen wird die Person wieder getroffen, auch durch diese Bilder.`,
  changedMeanwhile:
    'Jemand anders hat inzwischen einen der Einträge geändert. Was hier steht, ist neu. Sehen Sie es an und führen Sie dann noch einmal zusammen.',
  otherGone: (name) =>
    `${name} gibt es nicht mehr: Jemand anders hat den Eintrag inzwischen gelöscht oder zusammengeführt. Wählen Sie einen anderen.`,
  takesOver: 'Vom anderen Eintrag übernommen:',
  reviewAt: 'Zu überprüfen bis',
  endless: 'Endet nicht',
  comparingFaces: 'Die Gesichter werden verglichen …',
  notCompared: 'Die Gesichter konnten nicht verglichen werden. Sehen Sie genau hin.',
  facesAlike: (similarity) => `Die Gesichter sind ${similarity} ähnlich.`,
  notOnePerson: 'Das sieht nicht nach einer Person aus:',
  alike: (similarity) => `${similarity} ähnlich.`,
};
