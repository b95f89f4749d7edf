import { number, plural } from '../../format.ts';
import type { Texts } from '../en.ts';

export const verdicts: Texts['verdicts'] = {
  advice: {
    EXTREME_POSE: {
      fault: 'O rosto está virado demais para o lado.',
      remedy: 'Tire outra foto de frente.',
    },
    LOW_BRIGHTNESS: {
      fault: 'O rosto está escuro demais.',
      remedy: 'Ilumine o rosto e tire outra foto.',
    },
    LOW_CONFIDENCE: {
      fault: 'Mal se reconhece que é um rosto.',
      remedy: 'Mostre o rosto inteiro, sem nada à frente.',
    },
    LOW_FACE_QUALITY: {
      fault: 'A qualidade do rosto é baixa demais.',
      remedy: 'Tire uma foto mais nítida, de mais perto.',
    },
    LOW_SHARPNESS: {
      fault: 'O rosto está desfocado demais.',
      remedy: 'Não se mova, limpe a lente e tire outra foto.',
    },
    SMALL_BOUNDING_BOX: {
      fault: 'O rosto é pequeno demais.',
      remedy: 'Aproxime-se e tire outra foto.',
    },
    NO_FACE_FOUND: {
      fault: 'Nenhum rosto encontrado.',
      remedy: 'Mostre o rosto inteiro de frente, com boa luz, e tire outra foto.',
    },
    NOT_PROCESSED: { fault: 'A foto não foi avaliada.', remedy: 'Verifique-a de novo.' },
  },
  faceIs: {
    match: (face, names) => `Rosto ${face}: corresponde a ${names}`,
    possible: (face, names) => `Rosto ${face}: talvez ${names}`,
    cannot_tell: (face) => `Rosto ${face}: não é possível dizer`,
    no_match: (face) => `Rosto ${face}: sem correspondência`,
  },
  ofEarlierVersion:
    'Ninguém correspondeu, mas a foto foi verificada por uma versão anterior, que não dizia se podia ser avaliada.',
  checkAgain: 'Verifique-a de novo.',
  cannotTell: 'Não é possível dizer',
  noMatch: 'Sem correspondência',
  matched: 'Correspondência',
  possibly: 'Possível',
  matchPrefix: 'Correspondência: ',
  possiblePrefix: 'Possível: ',
  match: (names, isDanger) => `${isDanger ? 'Perigo. ' : ''}Correspondência: ${names}`,
  confirmed: (names, isDanger) => `${isDanger ? 'Perigo. ' : ''}Confirmado: ${names}`,
  possible: (names) => `Possível: ${names}`,
  rejected: (names) => `Rejeitado: não é ${names}`,
  noLongerInForce: (names) => `Não está mais em vigor: ${names}`,
  lapsedSince:
    'O registro foi suspenso, excluído ou expirou depois que esta foto foi verificada: não corresponde mais a ninguém.',
  sinceDeleted: 'Excluído da lista negra depois que esta foto foi verificada.',
  sinceMoved:
    'Este registro deixou de existir depois que esta foto foi verificada: foi mesclado com outro, que corresponde em seu lugar.',
  sinceOver:
    'Este registro deixou de existir depois que esta foto foi verificada: foi mesclado com outro, que não corresponde mais a ninguém.',
  sinceEnded: 'O registro expirou depois que esta foto foi verificada: não corresponde mais a ninguém.',
  sinceChanged: (fields) => `Alterado depois que esta foto foi verificada: ${fields}.`,
  judgedBy: (who: string, time: string) => `Conferido por ${who}, ${time}.`,
  alikeButNotEnough: 'Parecido, mas não o bastante para uma correspondência. Compare os rostos.',
  compareFirst: 'Compare os rostos antes de agir.',
  compareByOthers:
    'Uma correspondência pode estar errada. Antes de agir, peça que alguém que possa ver as fotos da lista compare os rostos.',
  facesJudged: (faces) =>
    `${plural(faces, { one: '# rosto avaliado', other: '# rostos avaliados' })}: ninguém da lista.`,
  someFaces: (unclear, faces) => `${number(unclear)} de ${number(faces)} rostos:`,
  verdictComes: 'O resultado chega em um momento.',

  face: (face) => `Rosto ${face}`,
  faceOfPicture: (face) => `Rosto ${face} da foto`,
  faceBeside: (face, name) => `Rosto ${face}: ${name}`,
  inThePicture: 'Na foto',
  listedAlike: (similarity) => `Na lista, ${similarity} parecido`,
  listedHidden: 'O papel deste token não mostra imagens da lista.',
  listedPictureOf: (name) => `Foto de referência de ${name}`,
  addThisFace: 'Adicionar este rosto às fotos da pessoa',
  lookTwice: 'Olhe bem.',
  erasedPerson: '(apagado)',
  asItWasThen: 'O registro era assim na época. Pode ter sido excluído depois.',

  isIt: (name) => `É ${name}?`,
  itIs: 'É ele / ela',
  notThem: 'Outra pessoa',
  unsure: 'Não sei',
  saidItIs: 'é essa pessoa',
  saidNot: 'é outra pessoa',
  saidUnsure: 'sem certeza',
  saidKept: (name, said) => `${name}: ${said}. Fica gravado.`,
  saidNotKept: (name) => `O que você disse de ${name} não ficou gravado. Diga de novo.`,
  reviewOpen: 'Em aberto até uma segunda pessoa julgar.',
  reviewConfirmed: 'Confirmado.',
  reviewRejected: 'Rejeitado: outra pessoa.',
  reviewUnsure: 'Ninguém tem certeza.',
  reviewDisagreed: 'Não há acordo.',
  reviewBy: (who, said, note, time) => [who, `: ${said}`, note && [' (', note, ')'], `, ${time}.`],

  otherFaces: 'Outros rostos',
  countOtherFaces: (faces) => plural(faces, { one: '# outro rosto', other: '# outros rostos' }),
  listThisPerson: 'Incluir esta pessoa',

  wholePicture: 'Foto inteira, quadros e números',
  confidence: (percent) => `Rosto encontrado com ${percent} de confiança`,
  nobodyMatched: 'Ninguém correspondeu.',
  nobodyElse: 'Não há mais ninguém com quem comparar.',
  othersLessAlike: (others) =>
    plural(others, { one: '# outro, menos parecido', other: '# outros, menos parecidos' }),
  distance: 'Distância',
  threshold: 'Limiar',
  similarity: 'Similaridade',

  whatIf: 'E se',
  whatIfTitle: 'E se o limiar fosse outro?',
  matchUpTo: 'Correspondência até uma distância de',
  resetTo: (distance) => `Voltar a ${distance}`,
  distanceAndSimilarity: (distance, similarity) => `${distance}, uma similaridade de ${similarity}`,
  stricter: 'Mais rigoroso',
  looser: 'Menos rigoroso',
  nobodyWouldMatch: 'Ninguém corresponderia.',
  wouldMatch: (names, people) => (people === 1 ? `${names} corresponderia.` : `${names} corresponderiam.`),
  verdictStays: 'O resultado acima não muda, nem os demais.',

  rateUnknownByAmazon: 'O Amazon Rekognition não diz com que frequência desconhecidos se parecem tanto.',
  pairsFewest: () => `Menos de 1 em ${number(1_000_000)} pares de desconhecidos se parece tanto.`,
  pairsPercent: (percent) => `${percent} dos pares de desconhecidos se parecem pelo menos assim.`,
  pairsOneIn: (pairs) => `1 em ${pairs} pares de desconhecidos se parece pelo menos assim.`,
  rateUnknown: 'Nesta medida não se sabe quantos desconhecidos seriam acusados por engano.',
  thresholdByAmazon: (percent) =>
    `Quem tiver pelo menos ${percent} de semelhança aparece como correspondência. A Amazon não diz quantos desconhecidos isso acusa por engano.`,
  accusedFewest: () =>
    `Menos de 1 em ${number(1_000_000)} comparações com um desconhecido é uma acusação falsa.`,
  accusedPercent: (percent) => `${percent} das comparações com um desconhecido são acusações falsas.`,
  accusedOneIn: (comparisons) => `1 em ${comparisons} comparações com um desconhecido é uma acusação falsa.`,
  againstFewest: (images) =>
    `Com as ${number(images)} fotos que estão agora na lista, menos de 1 em ${number(1_000_000)} desconhecidos seria acusado.`,
  againstPercent: (images, percent) =>
    `Com as ${number(images)} fotos que estão agora na lista, ${percent} dos desconhecidos seriam acusados.`,
  againstOneIn: (images, strangers) =>
    `Com as ${number(images)} fotos que estão agora na lista, 1 em ${strangers} desconhecidos seria acusado.`,
  againstAtMost: (images, strangers) =>
    `Com as ${number(images)} fotos que estão agora na lista, no máximo 1 em ${strangers} desconhecidos seria acusado.`,
};
