import { number, plural } from '../../format.ts';
import type { Texts } from '../en.ts';

const pictures = (count: number) => plural(count, { one: '# photo', other: '# photos' });
const persons = (count: number) => plural(count, { one: '# personne', other: '# personnes' });

export const importing: Texts['importing'] = {
  title: 'Importer des personnes',
  lead: 'Ajoutez beaucoup de personnes à la fois. Ce qui serait fait est montré avant tout envoi.',
  folderHint:
    'Un dossier avec un dossier par personne : son nom est celui de la personne, ses fichiers sont les photos.',
  tableHint:
    'Ou un tableau (CSV) avec les colonnes name, reason et files, choisi avec les photos qu’il nomme.',
  largestFace: 'Le plus grand visage de chaque photo est pris.',
  chooseFolder: 'Choisir un dossier',
  chooseTable: 'Choisir un tableau et des photos',
  severalTables: (names) => `Choisissez un seul tableau à la fois. En voici plusieurs : ${names}.`,
  reading: 'Lecture des fichiers …',
  found: (people, count) => `Trouvé : ${persons(people)}, ${pictures(count)} à envoyer.`,
  addToListed: (count) =>
    plural(count, {
      one: '# est dans la liste sous le même nom : ajouter les photos à cette fiche',
      other: '# sont dans la liste sous le même nom : ajouter les photos à ces fiches',
    }),
  progressLabel: 'Photos envoyées',
  progress: (done, count) =>
    plural(count, {
      one: `${number(done)} sur # photo traitée`,
      other: `${number(done)} sur # photos traitées`,
    }),
  start: (count) => `Envoyer ${pictures(count)}`,
  stop: 'Arrêter',
  goOn: (count) => plural(count, { one: 'Envoyer # photo en attente', other: 'Envoyer # photos en attente' }),
  chooseOthers: 'Choisir d’autres fichiers',
  report: 'Rapport en CSV',
  result: (people, added) =>
    `Dans la liste : ${persons(people)}. ${plural(added, { one: '# photo ajoutée.', other: '# photos ajoutées.' })}`,
  thereAlready: (count) =>
    plural(count, { one: '# photo déjà présente.', other: '# photos déjà présentes.' }),
  notTaken: (count) => plural(count, { one: '# photo refusée.', other: '# photos refusées.' }),
  notSent: (count) =>
    plural(count, { one: '# photo pas encore envoyée.', other: '# photos pas encore envoyées.' }),
  heldBack: (count) =>
    plural(count, {
      one: '# photo retenue : regardez-la plus bas.',
      other: '# photos retenues : regardez-les plus bas.',
    }),
  lookAlikes: (people) =>
    plural(people, {
      one: '# personne ressemble à quelqu’un qui était déjà dans la liste.',
      other: '# personnes ressemblent à quelqu’un qui était déjà dans la liste.',
    }),
  unmatched: (people) =>
    plural(people, {
      one: '# personne a une fiche suspendue ou expirée : personne n’y correspond.',
      other: '# personnes ont des fiches suspendues ou expirées : personne n’y correspond.',
    }),

  people: 'Personnes à ajouter',
  pictures: 'Photos',
  remarks: 'Remarques',
  addedOf: (added, count) =>
    plural(count, {
      one: `${number(added)} sur # photo ajoutée`,
      other: `${number(added)} sur # photos ajoutées`,
    }),
  listedAlready: 'Déjà dans la liste sous ce nom : laissée de côté.',
  outOfForceAlready:
    'Une fiche porte ce nom, mais elle est suspendue ou expirée, donc personne n’y correspond : laissée de côté.',
  addedToListed: 'Déjà dans la liste sous ce nom : les photos sont ajoutées à cette fiche.',
  listedMeanwhile:
    'Quelqu’un d’autre a mis ce nom dans la liste entre-temps. Pour ajouter les photos à cette fiche, choisissez de nouveau les fichiers.',
  nearlyListed: (name) => `Quelqu’un est dans la liste sous presque le même nom : ${name}.`,
  looksLike: (names) => `Ressemble à ${names}, déjà dans la liste.`,
  unwanted: 'Laissée de côté par vous.',
  reasonStays: 'Le motif du tableau n’est pas repris : la fiche garde le sien.',
  nearlySame: (names) => `Presque le même nom se trouve aussi dans ces fichiers : ${names}.`,
  samePicture: (names) => `C’est la même photo qu’une de ${names}.`,
  unlike: (similarity) =>
    `Elle ne ressemble pas aux autres photos de la personne : ressemblance de ${similarity}.`,
  agreeing: (count, names) => `${pictures(count)} concordent sur la personne. Différentes : ${names}.`,
  noneAgree: (taken, names) =>
    `Aucune photo ne concorde avec une autre. Retenue : ${taken}. Différentes : ${names}.`,
  joinedFolders: (count) =>
    `${number(count)} dossiers portent ce nom, aux espaces ou caractères invisibles près. Ils sont pris pour une seule personne.`,
  tied: (count, names, taken) =>
    `Égalité : ${pictures(count)} concordent sur la personne, et autant sur quelqu’un d’autre : ${names}. Retenue, car elle vient en premier : ${taken}.`,
  agreeingUnusable: 'Elle diffère des photos qui concordent, dont aucune n’a pu être utilisée.',
  sendHeld: 'C’est cette personne : l’envoyer quand même',
  states: {
    waiting: 'Pas envoyée.',
    sending: 'Envoi …',
    added: 'Ajoutée.',
    there: 'Déjà présente.',
    held: 'Retenue.',
    refused: 'Refusée.',
    failed: 'Pas envoyée.',
  },
  columns: {
    name: 'Nom',
    file: 'Fichier',
    result: 'Résultat',
    remarks: 'Remarques',
    looksLike: 'Ressemble à',
  },

  leftOut: 'Laissés de côté',
  row: (row) => `Ligne ${row}`,
  leftOutReasons: {
    'not-in-folder': 'n’est pas dans le dossier d’une personne.',
    'too-deep': 'se trouve dans un dossier à l’intérieur du dossier d’une personne.',
    'no-name': 'le nom du dossier n’est pas un nom de 1 à 100 caractères.',
    'damaged-name': 'un programme a abîmé le nom du dossier. Renommez-le.',
    empty: 'le fichier est vide.',
    'no-picture': 'n’est pas une photo.',
    'too-large': 'le fichier dépasse 100 Mo.',
    unreadable: 'le fichier ne peut pas être lu.',
    'not-there': 'la photo n’a pas été choisie.',
    'not-in-table': 'le tableau ne la nomme pas.',
    'nameless-row': 'sa ligne dans le tableau n’a pas de nom de 1 à 100 caractères.',
    twice: 'le tableau la nomme deux fois pour cette personne.',
  },
  passedOver: (count) =>
    plural(count, {
      one: '# fichier qu’un système a créé pour lui-même ou qui est dans une corbeille',
      other: '# fichiers que des systèmes ont créés pour eux-mêmes ou qui sont dans une corbeille',
    }),
};
