import { number, plural } from '../../format.ts';
import type { Texts } from '../en.ts';

export const verdicts: Texts['verdicts'] = {
  advice: {
    EXTREME_POSE: {
      fault: 'La cara está demasiado girada.',
      remedy: 'Tome otra foto de frente.',
    },
    LOW_BRIGHTNESS: {
      fault: 'La cara está demasiado oscura.',
      remedy: 'Ilumine la cara y tome otra foto.',
    },
    LOW_CONFIDENCE: {
      fault: 'Apenas se reconoce como una cara.',
      remedy: 'Muestre toda la cara, sin nada delante.',
    },
    LOW_FACE_QUALITY: {
      fault: 'La calidad de la cara es demasiado baja.',
      remedy: 'Tome una foto más nítida, de más cerca.',
    },
    LOW_SHARPNESS: {
      fault: 'La cara está demasiado borrosa.',
      remedy: 'No se mueva, limpie la lente y tome otra foto.',
    },
    SMALL_BOUNDING_BOX: {
      fault: 'La cara es demasiado pequeña.',
      remedy: 'Acérquese y tome otra foto.',
    },
    NO_FACE_FOUND: {
      fault: 'No se encontró ninguna cara.',
      remedy: 'Muestre toda la cara de frente, con buena luz, y tome otra foto.',
    },
    NOT_PROCESSED: { fault: 'La foto no fue evaluada.', remedy: 'Compruébela de nuevo.' },
  },
  faceIs: {
    match: (face, names) => `Cara ${face}: coincide con ${names}`,
    possible: (face, names) => `Cara ${face}: quizá ${names}`,
    cannot_tell: (face) => `Cara ${face}: no se puede decidir`,
    no_match: (face) => `Cara ${face}: sin coincidencia`,
  },
  ofEarlierVersion:
    'Nadie coincidió, pero la foto la comprobó una versión anterior, que no decía si se podía evaluar.',
  checkAgain: 'Compruébela de nuevo.',
  cannotTell: 'No se puede decidir',
  noMatch: 'Sin coincidencia',
  matched: 'Coincidencia',
  possibly: 'Posible',
  matchPrefix: 'Coincidencia: ',
  possiblePrefix: 'Posible: ',
  match: (names, isDanger) => `${isDanger ? 'Peligro. ' : ''}Coincidencia: ${names}`,
  confirmed: (names, isDanger) => `${isDanger ? 'Peligro. ' : ''}Confirmado: ${names}`,
  possible: (names) => `Posible: ${names}`,
  rejected: (names) => `Rechazado: no es ${names}`,
  noLongerInForce: (names) => `Ya no está en vigor: ${names}`,
  lapsedSince:
    'La ficha se suspendió, se eliminó o ha caducado desde que se comprobó esta foto: ya no coincide con nadie.',
  sinceDeleted: 'Se eliminó de la lista negra después de comprobar esta foto.',
  sinceMoved:
    'Esta ficha ya no existe desde que se comprobó esta foto: se fusionó con otra, que coincide en su lugar.',
  sinceOver:
    'Esta ficha ya no existe desde que se comprobó esta foto: se fusionó con otra, que ya no coincide con nadie.',
  sinceEnded: 'La ficha ha caducado desde que se comprobó esta foto: ya no coincide con nadie.',
  sinceChanged: (fields) => `Ha cambiado desde que se comprobó esta foto: ${fields}.`,
  judgedBy: (who: string, time: string) => `Revisado por ${who}, ${time}.`,
  alikeButNotEnough: 'Parecido, pero no lo bastante para una coincidencia. Compare las caras.',
  compareFirst: 'Compare las caras antes de actuar.',
  compareByOthers:
    'Una coincidencia puede ser errónea. Antes de actuar, pida que compare las caras alguien que pueda ver las fotos de la lista.',
  facesJudged: (faces) =>
    `${plural(faces, { one: '# cara evaluada', other: '# caras evaluadas' })}: nadie de la lista.`,
  someFaces: (unclear, faces) => `${number(unclear)} de ${number(faces)} caras:`,
  verdictComes: 'El resultado llega en un momento.',

  face: (face) => `Cara ${face}`,
  faceOfPicture: (face) => `Cara ${face} de la foto`,
  faceBeside: (face, name) => `Cara ${face}: ${name}`,
  inThePicture: 'En la foto',
  listedAlike: (similarity) => `En la lista, ${similarity} de parecido`,
  listedHidden: 'El rol de este token no muestra imágenes de la lista.',
  listedPictureOf: (name) => `Foto de referencia de ${name}`,
  addThisFace: 'Añadir esta cara a sus fotos',
  lookTwice: 'Mire bien.',
  erasedPerson: '(borrado)',
  asItWasThen: 'Así era la ficha entonces. Puede haberse eliminado después.',

  isIt: (name) => `¿Es ${name}?`,
  itIs: 'Es él / ella',
  notThem: 'Otra persona',
  unsure: 'No sé',
  saidItIs: 'es esa persona',
  saidNot: 'es otra persona',
  saidUnsure: 'no es seguro',
  saidKept: (name, said) => `${name}: ${said}. Queda guardado.`,
  saidNotKept: (name) => `Lo que dijo de ${name} no queda guardado. Dígalo de nuevo.`,
  reviewOpen: 'Abierto hasta que una segunda persona haya juzgado.',
  reviewConfirmed: 'Confirmado.',
  reviewRejected: 'Rechazado: otra persona.',
  reviewUnsure: 'Nadie está seguro.',
  reviewDisagreed: 'No están de acuerdo.',
  reviewBy: (who, said, note, time) => [who, `: ${said}`, note && [' (', note, ')'], `, ${time}.`],

  otherFaces: 'Otras caras',
  countOtherFaces: (faces) => plural(faces, { one: '# cara más', other: '# caras más' }),
  listThisPerson: 'Incluir a esta persona',

  wholePicture: 'Foto completa, recuadros y números',
  confidence: (percent) => `Cara encontrada con una confianza del ${percent}`,
  nobodyMatched: 'Nadie coincidió.',
  nobodyElse: 'No hay nadie más con quien comparar.',
  othersLessAlike: (others) =>
    plural(others, { one: '# más, menos parecido', other: '# más, menos parecidos' }),
  distance: 'Distancia',
  threshold: 'Umbral',
  similarity: 'Similitud',

  whatIf: 'Y si',
  whatIfTitle: '¿Y si el umbral fuera otro?',
  matchUpTo: 'Coincidencia hasta una distancia de',
  resetTo: (distance) => `Volver a ${distance}`,
  distanceAndSimilarity: (distance, similarity) => `${distance}, una similitud del ${similarity}`,
  stricter: 'Más estricto',
  looser: 'Menos estricto',
  nobodyWouldMatch: 'Nadie coincidiría.',
  wouldMatch: (names, people) => (people === 1 ? `${names} coincidiría.` : `${names} coincidirían.`),
  verdictStays: 'El resultado de arriba no cambia, ni los demás.',

  rateUnknownByAmazon: 'Amazon Rekognition no dice con qué frecuencia se parecen tanto los desconocidos.',
  pairsFewest: () => `Menos de 1 de cada ${number(1_000_000)} parejas de desconocidos se parece tanto.`,
  pairsPercent: (percent) => `El ${percent} de las parejas de desconocidos se parece al menos así.`,
  pairsOneIn: (pairs) => `1 de cada ${pairs} parejas de desconocidos se parece al menos así.`,
  rateUnknown: 'Con esta medida no se sabe a cuántos desconocidos se acusaría por error.',
  thresholdByAmazon: (percent) =>
    `Todo el que se parezca al menos un ${percent} aparece como coincidencia. Amazon no dice a cuántos desconocidos acusa eso por error.`,
  accusedFewest: () =>
    `Menos de 1 de cada ${number(1_000_000)} comparaciones con un desconocido es una acusación falsa.`,
  accusedPercent: (percent) =>
    `El ${percent} de las comparaciones con un desconocido es una acusación falsa.`,
  accusedOneIn: (comparisons) =>
    `1 de cada ${comparisons} comparaciones con un desconocido es una acusación falsa.`,
  againstFewest: (images) =>
    `Con las ${number(images)} fotos que hay ahora en la lista se acusaría a menos de 1 de cada ${number(1_000_000)} desconocidos.`,
  againstPercent: (images, percent) =>
    `Con las ${number(images)} fotos que hay ahora en la lista se acusaría al ${percent} de los desconocidos.`,
  againstOneIn: (images, strangers) =>
    `Con las ${number(images)} fotos que hay ahora en la lista se acusaría a 1 de cada ${strangers} desconocidos.`,
  againstAtMost: (images, strangers) =>
    `Con las ${number(images)} fotos que hay ahora en la lista se acusaría como mucho a 1 de cada ${strangers} desconocidos.`,
};
