import { number, plural } from '../../format.ts';
import type { Texts } from '../en.ts';

export const verdicts: Texts['verdicts'] = {
  advice: {
    EXTREME_POSE: {
      fault: 'Le visage est trop tourné sur le côté.',
      remedy: 'Prenez une autre photo de face.',
    },
    LOW_BRIGHTNESS: {
      fault: 'Le visage est trop sombre.',
      remedy: 'Éclairez le visage et prenez une autre photo.',
    },
    LOW_CONFIDENCE: {
      fault: 'On y reconnaît à peine un visage.',
      remedy: 'Montrez le visage entier, sans rien devant.',
    },
    LOW_FACE_QUALITY: {
      fault: 'La qualité du visage est trop faible.',
      remedy: 'Prenez une photo plus nette, de plus près.',
    },
    LOW_SHARPNESS: {
      fault: 'Le visage est trop flou.',
      remedy: 'Ne bougez pas, essuyez l’objectif et prenez une autre photo.',
    },
    SMALL_BOUNDING_BOX: {
      fault: 'Le visage est trop petit.',
      remedy: 'Approchez-vous et prenez une autre photo.',
    },
    NO_FACE_FOUND: {
      fault: 'Aucun visage trouvé.',
      remedy: 'Montrez le visage entier, de face, bien éclairé, et prenez une autre photo.',
    },
    NOT_PROCESSED: { fault: 'La photo n’a pas été jugée.', remedy: 'Vérifiez-la de nouveau.' },
  },
  faceIs: {
    match: (face, names) => `Visage ${face} : correspond à ${names}`,
    possible: (face, names) => `Visage ${face} : peut-être ${names}`,
    cannot_tell: (face) => `Visage ${face} : impossible à juger`,
    no_match: (face) => `Visage ${face} : aucune correspondance`,
  },
  ofEarlierVersion:
    'Aucune correspondance, mais une version antérieure a vérifié la photo sans dire si elle pouvait être jugée.',
  checkAgain: 'Vérifiez-la de nouveau.',
  cannotTell: 'Impossible à juger',
  noMatch: 'Aucune correspondance',
  matched: 'Correspondance',
  possibly: 'Possible',
  matchPrefix: 'Correspondance : ',
  possiblePrefix: 'Possible : ',
  match: (names, isDanger) => `${isDanger ? 'Danger. ' : ''}Correspondance : ${names}`,
  confirmed: (names, isDanger) => `${isDanger ? 'Danger. ' : ''}Confirmé : ${names}`,
  possible: (names) => `Possible : ${names}`,
  rejected: (names) => `Rejeté : ce n’est pas ${names}`,
  noLongerInForce: (names) => `Plus en vigueur : ${names}`,
  lapsedSince:
    'La fiche a été suspendue, supprimée ou a expiré depuis le contrôle de cette photo : elle ne correspond plus à personne.',
  sinceDeleted: 'Supprimée de la liste noire depuis le contrôle de cette photo.',
  sinceMoved:
    'Cette fiche n’existe plus depuis le contrôle de cette photo : elle a été fusionnée avec une autre, qui correspond à sa place.',
  sinceOver:
    'Cette fiche n’existe plus depuis le contrôle de cette photo : elle a été fusionnée avec une autre, qui ne correspond plus à personne.',
  sinceEnded: 'La fiche a expiré depuis le contrôle de cette photo : elle ne correspond plus à personne.',
  sinceChanged: (fields) => `Modifié depuis le contrôle de cette photo : ${fields}.`,
  judgedBy: (who: string, time: string) => `Jugé par ${who}, ${time}.`,
  alikeButNotEnough: 'Ressemblant, mais pas assez pour une correspondance. Comparez les visages.',
  compareFirst: 'Comparez les visages avant d’agir.',
  compareByOthers:
    'Une correspondance peut être fausse. Avant d’agir, faites comparer les visages par quelqu’un qui peut voir les photos de la liste.',
  facesJudged: (faces) =>
    `${plural(faces, { one: '# visage jugé', other: '# visages jugés' })} : personne de la liste.`,
  someFaces: (unclear, faces) => `${number(unclear)} visages sur ${number(faces)} :`,
  verdictComes: 'Le verdict arrive dans un instant.',

  face: (face) => `Visage ${face}`,
  faceOfPicture: (face) => `Visage ${face} de la photo`,
  faceBeside: (face, name) => `Visage ${face} : ${name}`,
  inThePicture: 'Sur la photo',
  listedAlike: (similarity) => `Sur la liste, ${similarity} ressemblant`,
  listedHidden: 'Le rôle de ce jeton ne montre pas les images de la liste.',
  listedPictureOf: (name) => `Photo de référence de ${name}`,
  addThisFace: 'Ajouter ce visage à ses photos',
  lookTwice: 'Regardez bien.',
  erasedPerson: '(effacé)',
  asItWasThen: 'La fiche était ainsi à l’époque. Elle a peut-être été supprimée depuis.',

  isIt: (name) => `Est-ce ${name} ?`,
  itIs: 'C’est lui / elle',
  notThem: 'Une autre personne',
  unsure: 'Pas sûr',
  saidItIs: 'c’est cette personne',
  saidNot: 'c’est quelqu’un d’autre',
  saidUnsure: 'pas sûr',
  saidKept: (name, said) => `${name} : ${said}. C’est enregistré.`,
  saidNotKept: (name) => `Ce que vous avez dit de ${name} n’est pas enregistré. Redites-le.`,
  reviewOpen: 'Ouvert jusqu’à ce qu’une deuxième personne ait jugé.',
  reviewConfirmed: 'Confirmé.',
  reviewRejected: 'Rejeté : quelqu’un d’autre.',
  reviewUnsure: 'Personne n’est sûr.',
  reviewDisagreed: 'Les avis divergent.',
  reviewBy: (who, said, note, time) => [who, ` : ${said}`, note && [' (', note, ')'], `, ${time}.`],

  otherFaces: 'Autres visages',
  countOtherFaces: (faces) => plural(faces, { one: '# autre visage', other: '# autres visages' }),
  listThisPerson: 'Inscrire cette personne',

  wholePicture: 'Photo entière, cadres et chiffres',
  confidence: (percent) => `Visage trouvé avec une certitude de ${percent}`,
  nobodyMatched: 'Aucune correspondance.',
  nobodyElse: 'Il n’y a personne d’autre à comparer.',
  othersLessAlike: (others) =>
    plural(others, { one: '# autre, moins ressemblant', other: '# autres, moins ressemblants' }),
  distance: 'Distance',
  threshold: 'Seuil',
  similarity: 'Similarité',

  whatIf: 'Et si',
  whatIfTitle: 'Et si le seuil était autre ?',
  matchUpTo: 'Correspondance jusqu’à une distance de',
  resetTo: (distance) => `Revenir à ${distance}`,
  distanceAndSimilarity: (distance, similarity) => `${distance}, une similarité de ${similarity}`,
  stricter: 'Plus strict',
  looser: 'Moins strict',
  nobodyWouldMatch: 'Personne ne correspondrait.',
  wouldMatch: (names, people) => (people === 1 ? `${names} correspondrait.` : `${names} correspondraient.`),
  verdictStays: 'Le verdict ci-dessus reste, et tous les autres aussi.',

  rateUnknownByAmazon:
    'Amazon Rekognition ne dit pas à quelle fréquence des inconnus se ressemblent à ce point.',
  pairsFewest: () => `Moins d’une paire d’inconnus sur ${number(1_000_000)} se ressemble à ce point.`,
  pairsPercent: (percent) => `${percent} des paires d’inconnus se ressemblent au moins à ce point.`,
  pairsOneIn: (pairs) => `1 paire d’inconnus sur ${pairs} se ressemble au moins à ce point.`,
  rateUnknown: 'Pour cette mesure, on ignore combien d’inconnus seraient accusés à tort.',
  thresholdByAmazon: (percent) =>
    `Toute personne ressemblante à ${percent} ou plus est affichée comme correspondance. Amazon ne dit pas combien d’inconnus cela accuse à tort.`,
  accusedFewest: () =>
    `Moins d’une comparaison avec un inconnu sur ${number(1_000_000)} est une fausse accusation.`,
  accusedPercent: (percent) => `${percent} des comparaisons avec un inconnu sont de fausses accusations.`,
  accusedOneIn: (comparisons) =>
    `1 comparaison avec un inconnu sur ${comparisons} est une fausse accusation.`,
  againstFewest: (images) =>
    `Face aux ${number(images)} photos inscrites à présent, moins d’un inconnu sur ${number(1_000_000)} serait accusé.`,
  againstPercent: (images, percent) =>
    `Face aux ${number(images)} photos inscrites à présent, ${percent} des inconnus seraient accusés.`,
  againstOneIn: (images, strangers) =>
    `Face aux ${number(images)} photos inscrites à présent, 1 inconnu sur ${strangers} serait accusé.`,
  againstAtMost: (images, strangers) =>
    `Face aux ${number(images)} photos inscrites à présent, au plus 1 inconnu sur ${strangers} serait accusé.`,
};
