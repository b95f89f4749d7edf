import type { Texts } from '../en.ts';

export const answers: Texts['answers'] = {
  pictureEmpty: 'Das Bild ist leer.',
  formatNotTaken: 'Das Bild hat kein Format, das angenommen wird: JPEG, PNG, WebP oder GIF.',
  damaged: 'Das Bild ist beschädigt oder abgeschnitten.',
  tooManyPixels: (width, height) => `Das Bild hat ${width} x ${height} Pixel, mehr als 50 Megapixel.`,
  sideTooLong: (width, height, most) =>
    `Das Bild hat ${width} x ${height} Pixel: Eine Seite darf höchstens ${most} haben.`,
  tooNarrow: (width, height, most) =>
    `Das Bild hat ${width} x ${height} Pixel: Eine Seite darf höchstens ${most}-mal so lang sein wie die andere.`,
  tooManyBytes: (most) => `Das Bild ist größer als ${most} Byte.`,
  requestTooLarge: (most) => `Die Anfrage ist zu groß: Höchstens ${most} Byte werden angenommen.`,
  engineCannot: 'Die Gesichtserkennung kann dieses Bild nicht verarbeiten.',
  rekognitionCannot: 'Rekognition kann das Bild nicht lesen.',
  tooLargeForRekognition: 'Das Bild ist zu groß für Rekognition.',
  originalLost: 'Das aufbewahrte Original ist verloren.',
  noneUsable: 'Keines der Bilder ist brauchbar.',
  largestEnrolled: (faces) => `Es zeigt ${faces} Gesichter; das größte wurde aufgenommen.`,
  hadAlready: 'Der Eintrag hatte dieses Bild schon.',
  beingAdded: 'Dasselbe Bild wird gerade hinzugefügt.',
  takenBack: 'Eine andere Anfrage hat dieselben Bilder zurückgenommen: Versuchen Sie es noch einmal.',
  othersChange:
    'Einer der Einträge wird gerade von anderen geändert oder zusammengeführt. Nichts ist verloren: Senden Sie es noch einmal.',
  looksUnlike: (similarity) => `Es ähnelt keinem der anderen Bilder der Person (Ähnlichkeit ${similarity}).`,
  deleteIfOther: 'Löschen Sie es, wenn es jemand anderen zeigt.',

  addressWrong: 'Die Adresse ist ungültig.',
  addressScheme: 'Nur Adressen mit http und https werden gelesen.',
  addressWithUser: 'Adressen mit Benutzername oder Passwort werden nicht gelesen.',
  addressNotPublic: 'Die Adresse führt zu keiner öffentlichen Adresse.',
  addressNotAllowed: (ports) =>
    `Die Adresse führt weder in URL_NETWORKS noch zum Port ${ports} einer öffentlichen Adresse.`,
  addressPorts: (ports) => `Adressen werden nur von den Ports ${ports} gelesen.`,
  addressNoPicture: 'Unter der Adresse kam kein Bild.',
  addressUnreadable: 'Die Adresse konnte nicht gelesen werden.',
  addressSlow: (seconds) => `Von der Adresse kam binnen ${seconds} Sekunden kein Bild.`,

  noTime: 'Für dieses Bild reichte die Zeit nicht: Senden Sie es noch einmal, mit weniger anderen.',
  noTimeForPictures: 'Für die Bilder reichte die Zeit nicht.',
  busy: 'Der Dienst ist mit anderen Anfragen beschäftigt. Versuchen Sie es noch einmal.',
  stops: 'Der Dienst hält an: Senden Sie es noch einmal.',
  tooSlow: 'Die Daten kamen zu langsam, während andere Anfragen warteten. Versuchen Sie es noch einmal.',
  diskFull:
    'Die Festplatte ist voll: Nichts kann mehr aufbewahrt werden, bis etwas gelöscht oder sie vergrößert wird.',
  rekognitionBusy: 'Rekognition wird zu viel gefragt.',
  rekognitionSilent: 'Rekognition antwortet nicht.',
  wrongTokens: 'Von dieser Adresse kamen zu viele falsche Tokens.',
  roleTooLow: (role, name, own) => `Das verlangt die Rolle ${role} oder eine höhere; „${name}“ hat ${own}.`,
  adminOnly: (name, own) => `Das verlangt die Rolle admin; „${name}“ hat ${own}.`,
  nobodyThere: 'Der Eintrag ist nicht auf der Sperrliste',
  noSuchImage: 'Das Referenzbild gibt es nicht',
  noSuchPicture: 'Das geprüfte Bild gibt es nicht',
  nameTaken: (name) => `Es gibt schon einen Eintrag mit dem Namen „${name}“.`,
  lastImage:
    'Das ist das letzte Referenzbild des Eintrags: Löschen Sie den Eintrag, oder fügen Sie zuerst ein anderes Bild hinzu.',

  sameName: (id, name) =>
    `Eintrag ${id} hat bis auf Groß- und Kleinschreibung oder Akzente denselben Namen: „${name}“.`,
  suspended: 'Der Eintrag ist ausgesetzt: Er ergibt keine Treffer.',
  expired: (time) => `Der Eintrag lief ab am ${time}: Er ergibt keine Treffer.`,
  expiredIsDeleted:
    'Er wird einige Tage nach seinem Ende, seiner Aufnahme oder seiner letzten Änderung gelöscht; das Späteste zählt.',
  auditDryRun: 'Probelauf',
  auditDryRunOf: (ids) => `Probelauf: ${ids} gefunden`,
  auditNoneDeleted: (ids) => `${ids} gefunden, 0 gelöscht`,
  auditReplayed: 'wiederholt beantwortet',
  auditReplayedOf: (ids) => `wiederholt beantwortet: ${ids}`,
  auditDeleted: (ids) => `gelöscht: ${ids}`,
  auditChanged: (fields) => `geändert: ${fields}`,
  auditPaused: 'angehalten',
  auditResumed: 'fortgesetzt',
  auditInto: (id) => `in Eintrag ${id}`,
  auditFrom: (id) => `aus Eintrag ${id}`,
  thresholdUsed: (asked, used, why) =>
    `Ein Schwellenwert von ${asked} war verlangt, ${used} wurde verwendet: ${why}.`,
  bestOnly: (most, left) =>
    `Die Antwort hat nur die besten ${most} Treffer jedes Gesichts, weil sie sonst zu groß wäre: ${left} fehlen.`,

  notWorking: (why) => `Der Dienst arbeitet nicht, wie er soll: ${why}`,
  diskLow: (folder, megabytes) =>
    `Die Festplatte mit ${folder} ist fast voll: ${megabytes} MB sind übrig. Ist sie voll, kann nichts mehr aufbewahrt werden. Löschen Sie, was nicht gebraucht wird, oder geben Sie ihr mehr Platz.`,
  openToNetwork:
    'Niemand wird nach einem Token gefragt: Wer diesen Dienst über das Netz erreicht, kann die Liste und die Bilder sehen und ändern. Etwas davor muss Fremde fernhalten; oder setzen Sie API_TOKENS.',
  openToComputer:
    'Niemand wird nach einem Token gefragt: Jedes Programm und jede Person an diesem Rechner kann die Liste und die Bilder sehen und ändern. Mit API_TOKENS ändern Sie das.',
  thresholdLooser: (used, usual) =>
    `Der Schwellenwert ist lockerer als der übliche (${used} statt ${usual}): Mehr Unschuldige werden angehalten.`,
  thresholdStricter: (used, usual) =>
    `Der Schwellenwert ist strenger als der übliche (${used} statt ${usual}): Mehr Gelistete werden übersehen.`,
  thresholdRates: (used, usual) =>
    `Von den Vergleichen mit dem Bild von jemand anderem trifft ${used}; sonst ${usual}.`,
  thresholdHeld: (model, set, used, rate) =>
    `Der Schwellenwert von ${model} ist ${set}, lockerer als erlaubt: ${used} wird verwendet, womit von den Vergleichen mit dem Bild von jemand anderem ${rate} trifft (MAX_FALSE_MATCH_RATE).`,
  manyMistakes: (pictures, strangers) =>
    `So viele Bilder sind gelistet (${pictures}), dass nach dem verwendeten Schwellenwert etwa ${strangers} von 100 Fremden jemandem auf der Liste ähneln. Ein strengerer macht es weniger.`,
  accusing: (entry, judged, days, rejected) =>
    `Die Bilder von Eintrag ${entry} beschuldigen Fremde: Von ${judged} Treffern der letzten ${days} Tage, die beurteilt wurden, wurden ${rejected} verworfen. Sehen Sie die Referenzbilder an, und entfernen Sie, was schlecht ist oder jemand anderen zeigt.`,
  notRecognised: (missing, all) =>
    `${missing} von ${all} Referenzbildern können noch nicht erkannt werden, denn das Modell wurde gewechselt oder etwas abgebrochen. Der Dienst behebt das in etwa einer Stunde von selbst; npm run sweep tut es sofort.`,
};

export const answerParts: Texts['answerParts'] = {
  both: (one, other) => `${one}; und ${other}`,
  withModel: (model, metric, why) => `mit ${model} (${metric}) ${why}`,
  looserThanRate: (rate) =>
    `machte ein lockererer einen falschen Treffer wahrscheinlicher als 1 von ${rate} (MAX_FALSE_MATCH_RATE)`,
  looserThanSimilarity: (least) =>
    `hielte ein lockererer Gesichter für dieselben, deren Ähnlichkeit unter ${least} liegt (AWS_MIN_SIMILARITY)`,
  replaced: (model, own, standard, sameModel, other, metric) =>
    `${model} wird durch ${own} ersetzt, dessen üblicher Schwellenwert ${standard} ist, wo der von ${sameModel} ${other} ist (${metric})`,
  oneIn: (comparisons) => `1 von ${comparisons}`,
  moreThanPercent: 'mehr als 1 von 100',
  fewerThanMillion: 'weniger als 1 von 1.000.000',
  twoPorts: '80 und 443',
  eitherPort: '80 oder 443',
  characters: (count) => `${count} Zeichen`,
  oneCharacter: '1 Zeichen',
  items: (count) => `${count} Stück`,
  theDatabase: 'Die Datenbank',
  thePictures: 'Die Bilder',
  theUploads: 'Das Hochgeladene',
};
