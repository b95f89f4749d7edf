import type { Texts } from '../en.ts';

export const answers: Texts['answers'] = {
  pictureEmpty: 'L’image est vide.',
  formatNotTaken: 'L’image n’est pas dans un format accepté : JPEG, PNG, WebP ou GIF.',
  damaged: 'L’image est endommagée ou coupée.',
  tooManyPixels: (width, height) => `L’image fait ${width} x ${height} pixels, soit plus de 50 mégapixels.`,
  sideTooLong: (width, height, most) =>
    `L’image fait ${width} x ${height} pixels : un côté peut en avoir ${most} au plus.`,
  tooNarrow: (width, height, most) =>
    `L’image fait ${width} x ${height} pixels : un côté peut être ${most} fois plus long que l’autre au plus.`,
  tooManyBytes: (most) => `L’image dépasse ${most} octets.`,
  requestTooLarge: (most) => `La demande est trop grande : ${most} octets au plus sont acceptés.`,
  engineCannot: 'La reconnaissance faciale ne peut pas traiter cette image.',
  rekognitionCannot: 'Rekognition ne peut pas lire l’image.',
  tooLargeForRekognition: 'L’image est trop grande pour Rekognition.',
  originalLost: 'L’original conservé est perdu.',
  noneUsable: 'Aucune des images n’est utilisable.',
  largestEnrolled: (faces) => `Elle montre ${faces} visages ; le plus grand a été enregistré.`,
  hadAlready: 'La fiche avait déjà cette image.',
  beingAdded: 'La même image est en train d’être ajoutée.',
  takenBack: 'Une autre demande a retiré les mêmes images : réessayez.',
  othersChange: 'D’autres modifient ou fusionnent l’une des fiches. Rien n’est perdu : envoyez-le à nouveau.',
  looksUnlike: (similarity) =>
    `Elle ne ressemble à aucune des autres images de la personne (similarité ${similarity}).`,
  deleteIfOther: 'Supprimez-la si elle montre quelqu’un d’autre.',

  addressWrong: 'L’adresse n’est pas valable.',
  addressScheme: 'Seules les adresses http et https sont lues.',
  addressWithUser: 'Les adresses avec un nom d’utilisateur ou un mot de passe ne sont pas lues.',
  addressNotPublic: 'L’adresse ne mène pas à une adresse publique.',
  addressNotAllowed: (ports) =>
    `L’adresse ne mène ni dans URL_NETWORKS ni au port ${ports} d’une adresse publique.`,
  addressPorts: (ports) => `Les adresses ne sont lues que sur les ports ${ports}.`,
  addressNoPicture: 'L’adresse n’a pas répondu par une image.',
  addressUnreadable: 'L’adresse n’a pas pu être lue.',
  addressSlow: (seconds) => `L’adresse n’a pas donné son image en ${seconds} secondes.`,

  noTime: 'Il ne restait pas de temps pour cette image : envoyez-la de nouveau, avec moins d’autres.',
  noTimeForPictures: 'Il ne restait pas de temps pour les images.',
  busy: 'Le service est occupé par d’autres demandes. Réessayez.',
  stops: 'Le service s’arrête : envoyez-le de nouveau.',
  tooSlow: 'Les données sont venues trop lentement pendant que d’autres demandes attendaient. Réessayez.',
  diskFull:
    'Le disque est plein : plus rien ne peut être conservé tant que rien n’est supprimé ou que le disque n’est pas agrandi.',
  rekognitionBusy: 'Rekognition reçoit trop de demandes.',
  rekognitionSilent: 'Rekognition ne répond pas.',
  wrongTokens: 'Trop de jetons erronés sont venus de cette adresse.',
  roleTooLow: (role, name, own) =>
    `Il faut pour cela le rôle ${role} ou un rôle supérieur ; « ${name} » a ${own}.`,
  adminOnly: (name, own) => `Il faut pour cela le rôle admin ; « ${name} » a ${own}.`,
  nobodyThere: 'La fiche n’est pas sur la liste noire',
  noSuchImage: 'Cette photo de référence n’existe pas',
  noSuchPicture: 'Cette image vérifiée n’existe pas',
  nameTaken: (name) => `Il y a déjà une fiche au nom de « ${name} ».`,
  lastImage:
    'C’est la dernière photo de référence de la fiche : supprimez la fiche, ou ajoutez d’abord une autre photo.',

  sameName: (id, name) => `La fiche ${id} a le même nom, à la casse et aux accents près : « ${name} ».`,
  suspended: 'La fiche est suspendue : personne n’y correspond.',
  expired: (time) => `La fiche a expiré le ${time} : personne n’y correspond.`,
  expiredIsDeleted:
    'Elle est supprimée quelques jours après sa fin, son inscription ou sa dernière modification, selon ce qui vient en dernier.',
  auditDryRun: 'essai sans effet',
  auditDryRunOf: (ids) => `essai sans effet : ${ids} trouvées`,
  auditNoneDeleted: (ids) => `${ids} trouvées, 0 supprimée`,
  auditReplayed: 'réponse répétée',
  auditReplayedOf: (ids) => `réponse répétée : ${ids}`,
  auditDeleted: (ids) => `supprimées : ${ids}`,
  auditChanged: (fields) => `modifié : ${fields}`,
  auditPaused: 'en pause',
  auditResumed: 'reprise',
  auditInto: (id) => `dans la fiche ${id}`,
  auditFrom: (id) => `de la fiche ${id}`,
  thresholdUsed: (asked, used, why) => `Un seuil de ${asked} était demandé, ${used} a été utilisé : ${why}.`,
  bestOnly: (most, left) =>
    `La réponse n’a que les ${most} meilleures correspondances de chaque visage, car elle serait trop grande : ${left} manquent.`,

  notWorking: (why) => `Le service ne fonctionne pas comme il le devrait : ${why}`,
  diskLow: (folder, megabytes) =>
    `Le disque de ${folder} est presque plein : il reste ${megabytes} Mo. Une fois plein, plus rien ne peut être conservé. Supprimez ce qui n’est pas utile, ou donnez-lui plus de place.`,
  openToNetwork:
    'Aucun jeton n’est demandé : quiconque atteint ce service par le réseau peut voir et modifier la liste et les images. Quelque chose devant lui doit tenir les inconnus à l’écart ; sinon, définissez API_TOKENS.',
  openToComputer:
    'Aucun jeton n’est demandé : tout programme et toute personne sur cet ordinateur peut voir et modifier la liste et les images. Définissez API_TOKENS pour changer cela.',
  thresholdLooser: (used, usual) =>
    `Le seuil est plus souple que d’habitude (${used}, et non ${usual}) : davantage d’innocents sont arrêtés.`,
  thresholdStricter: (used, usual) =>
    `Le seuil est plus strict que d’habitude (${used}, et non ${usual}) : davantage de personnes de la liste passent inaperçues.`,
  thresholdRates: (used, usual) =>
    `Parmi les comparaisons avec l’image de quelqu’un d’autre, ${used} correspond ; d’habitude, ${usual}.`,
  thresholdHeld: (model, set, used, rate) =>
    `Le seuil de ${model} est ${set}, plus souple que permis : ${used} est utilisé, avec lequel ${rate} comparaisons avec l’image de quelqu’un d’autre correspond (MAX_FALSE_MATCH_RATE).`,
  manyMistakes: (pictures, strangers) =>
    `Il y a tant d’images sur la liste (${pictures}) qu’avec le seuil utilisé, environ ${strangers} inconnus sur 100 ressembleront à quelqu’un de la liste. Un seuil plus strict en réduit le nombre.`,
  accusing: (entry, judged, days, rejected) =>
    `Les images de la fiche ${entry} accusent des inconnus : sur ${judged} correspondances jugées des ${days} derniers jours, ${rejected} ont été rejetées. Regardez ses photos de référence, et retirez celles qui sont mauvaises ou montrent quelqu’un d’autre.`,
  notRecognised: (missing, all) =>
    `${missing} des ${all} photos de référence ne peuvent pas encore être reconnues, car le modèle a changé ou quelque chose a été interrompu. Le service y remédie de lui-même en une heure environ ; npm run sweep le fait aussitôt.`,
};

export const answerParts: Texts['answerParts'] = {
  both: (one, other) => `${one} ; et ${other}`,
  withModel: (model, metric, why) => `avec ${model} (${metric}), ${why}`,
  looserThanRate: (rate) =>
    `un seuil plus souple rendrait une fausse correspondance plus probable que 1 sur ${rate} (MAX_FALSE_MATCH_RATE)`,
  looserThanSimilarity: (least) =>
    `un seuil plus souple confondrait des visages dont la similarité est inférieure à ${least} (AWS_MIN_SIMILARITY)`,
  replaced: (model, own, standard, sameModel, other, metric) =>
    `${model} est remplacé par ${own}, dont le seuil habituel est ${standard} là où celui de ${sameModel} est ${other} (${metric})`,
  oneIn: (comparisons) => `1 sur ${comparisons}`,
  moreThanPercent: 'plus de 1 sur 100',
  fewerThanMillion: 'moins de 1 sur 1 000 000',
  twoPorts: '80 et 443',
  eitherPort: '80 ou 443',
  characters: (count) => `${count} caractères`,
  oneCharacter: '1 caractère',
  items: (count) => `${count} éléments`,
  theDatabase: 'La base de données',
  thePictures: 'Les images',
  theUploads: 'Les envois',
};
