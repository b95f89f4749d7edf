import type { Texts } from '../en.ts';

export const answers: Texts['answers'] = {
  pictureEmpty: 'La imagen está vacía.',
  formatNotTaken: 'La imagen no está en un formato aceptado: JPEG, PNG, WebP o GIF.',
  damaged: 'La imagen está dañada o cortada.',
  tooManyPixels: (width, height) =>
    `La imagen tiene ${width} x ${height} píxeles, que son más de 50 megapíxeles.`,
  sideTooLong: (width, height, most) =>
    `La imagen tiene ${width} x ${height} píxeles: un lado puede tener ${most} como máximo.`,
  tooNarrow: (width, height, most) =>
    `La imagen tiene ${width} x ${height} píxeles: un lado puede ser ${most} veces más largo que el otro como máximo.`,
  tooManyBytes: (most) => `La imagen tiene más de ${most} bytes.`,
  requestTooLarge: (most) => `La petición es demasiado grande: se aceptan ${most} bytes como máximo.`,
  engineCannot: 'El reconocimiento facial no puede procesar esta imagen.',
  rekognitionCannot: 'Rekognition no puede leer la imagen.',
  tooLargeForRekognition: 'La imagen es demasiado grande para Rekognition.',
  originalLost: 'El original guardado se ha perdido.',
  noneUsable: 'Ninguna de las imágenes sirve.',
  largestEnrolled: (faces) => `Muestra ${faces} caras; se registró la más grande.`,
  hadAlready: 'La ficha ya tenía esta imagen.',
  beingAdded: 'La misma imagen se está añadiendo en este momento.',
  takenBack: 'Otra solicitud retiró las mismas imágenes: inténtelo de nuevo.',
  othersChange: 'Otros están cambiando o uniendo una de las fichas. No se pierde nada: envíelo de nuevo.',
  looksUnlike: (similarity) =>
    `No se parece a ninguna de las otras imágenes de la persona (similitud ${similarity}).`,
  deleteIfOther: 'Bórrela si muestra a otra persona.',

  addressWrong: 'La dirección no es válida.',
  addressScheme: 'Solo se leen direcciones http y https.',
  addressWithUser: 'No se leen direcciones con usuario o contraseña.',
  addressNotPublic: 'La dirección no lleva a una dirección pública.',
  addressNotAllowed: (ports) =>
    `La dirección no lleva ni a URL_NETWORKS ni al puerto ${ports} de una dirección pública.`,
  addressPorts: (ports) => `Solo se leen direcciones de los puertos ${ports}.`,
  addressNoPicture: 'La dirección no respondió con una imagen.',
  addressUnreadable: 'No se pudo leer la dirección.',
  addressSlow: (seconds) => `La dirección no dio su imagen en ${seconds} segundos.`,

  noTime: 'No quedó tiempo para esta imagen: envíela otra vez, con menos imágenes.',
  noTimeForPictures: 'No quedó tiempo para las imágenes.',
  busy: 'El servicio está ocupado con otras peticiones. Inténtelo de nuevo.',
  stops: 'El servicio se detiene: envíelo otra vez.',
  tooSlow: 'Los datos llegaron demasiado despacio mientras otras peticiones esperaban. Inténtelo de nuevo.',
  diskFull:
    'El disco está lleno: no se puede guardar nada más hasta que se elimine algo o se amplíe el disco.',
  rekognitionBusy: 'Rekognition recibe demasiadas peticiones.',
  rekognitionSilent: 'Rekognition no responde.',
  wrongTokens: 'De esta dirección llegaron demasiados tokens incorrectos.',
  roleTooLow: (role, name, own) => `Esto requiere el rol ${role} o uno superior; «${name}» tiene ${own}.`,
  adminOnly: (name, own) => `Esto requiere el rol admin; «${name}» tiene ${own}.`,
  nobodyThere: 'La ficha no está en la lista negra',
  noSuchImage: 'No existe esa foto de referencia',
  noSuchPicture: 'No existe esa imagen comprobada',
  nameTaken: (name) => `Ya hay una ficha con el nombre «${name}».`,
  lastImage: 'Es la última foto de referencia de la ficha: elimine la ficha, o añada antes otra foto.',

  sameName: (id, name) => `La ficha ${id} tiene el mismo nombre salvo mayúsculas y acentos: «${name}».`,
  suspended: 'La ficha está suspendida: nadie coincide con ella.',
  expired: (time) => `La ficha caducó el ${time}: nadie coincide con ella.`,
  expiredIsDeleted:
    'Se elimina unos días después de su fin, su alta o su último cambio, lo que sea más tarde.',
  auditDryRun: 'simulación',
  auditDryRunOf: (ids) => `simulación: ${ids} encontradas`,
  auditNoneDeleted: (ids) => `${ids} encontradas, 0 eliminadas`,
  auditReplayed: 'respuesta repetida',
  auditReplayedOf: (ids) => `respuesta repetida: ${ids}`,
  auditDeleted: (ids) => `eliminadas: ${ids}`,
  auditChanged: (fields) => `cambiado: ${fields}`,
  auditPaused: 'en pausa',
  auditResumed: 'reanudada',
  auditInto: (id) => `en la ficha ${id}`,
  auditFrom: (id) => `de la ficha ${id}`,
  thresholdUsed: (asked, used, why) => `Se pidió un umbral de ${asked} y se usó ${used}: ${why}.`,
  bestOnly: (most, left) =>
    `La respuesta solo tiene las ${most} mejores coincidencias de cada cara, porque sería demasiado grande: faltan ${left}.`,

  notWorking: (why) => `El servicio no funciona como debe: ${why}`,
  diskLow: (folder, megabytes) =>
    `El disco de ${folder} está casi lleno: quedan ${megabytes} MB. Cuando esté lleno no se podrá guardar nada más. Elimine lo que no haga falta, o dele más espacio.`,
  openToNetwork:
    'A nadie se le pide un token: quien llegue a este servicio por la red puede ver y cambiar la lista y las imágenes. Algo delante debe impedir el paso a extraños; o fije API_TOKENS.',
  openToComputer:
    'A nadie se le pide un token: todo programa y toda persona que use este ordenador puede ver y cambiar la lista y las imágenes. Fije API_TOKENS para cambiarlo.',
  thresholdLooser: (used, usual) =>
    `El umbral es más laxo que el normal (${used}, no ${usual}): se detiene a más inocentes.`,
  thresholdStricter: (used, usual) =>
    `El umbral es más estricto que el normal (${used}, no ${usual}): no se ve a más personas de la lista.`,
  thresholdRates: (used, usual) =>
    `De las comparaciones con la imagen de otra persona coincide ${used}; normalmente, ${usual}.`,
  thresholdHeld: (model, set, used, rate) =>
    `El umbral de ${model} es ${set}, más laxo de lo permitido: se usa ${used}, con el que coincide ${rate} comparaciones con la imagen de otra persona (MAX_FALSE_MATCH_RATE).`,
  manyMistakes: (pictures, strangers) =>
    `Hay tantas imágenes en la lista (${pictures}) que, con el umbral en uso, unos ${strangers} de cada 100 extraños se parecerán a alguien de ella. Un umbral más estricto lo reduce.`,
  accusing: (entry, judged, days, rejected) =>
    `Las imágenes de la ficha ${entry} acusan a extraños: de ${judged} coincidencias de los últimos ${days} días que alguien ha juzgado, se rechazaron ${rejected}. Mire sus fotos de referencia y quite las que sean malas o muestren a otra persona.`,
  notRecognised: (missing, all) =>
    `${missing} de las ${all} fotos de referencia aún no se pueden reconocer, porque cambió el modelo o algo se interrumpió. El servicio lo arregla solo en una hora, más o menos; npm run sweep lo hace enseguida.`,
};

export const answerParts: Texts['answerParts'] = {
  both: (one, other) => `${one}; y ${other}`,
  withModel: (model, metric, why) => `con ${model} (${metric}), ${why}`,
  looserThanRate: (rate) =>
    `uno más laxo haría una falsa coincidencia más probable que 1 de cada ${rate} (MAX_FALSE_MATCH_RATE)`,
  looserThanSimilarity: (least) =>
    `uno más laxo daría por iguales caras con una similitud inferior a ${least} (AWS_MIN_SIMILARITY)`,
  replaced: (model, own, standard, sameModel, other, metric) =>
    `${model} se sustituye por ${own}, cuyo umbral normal es ${standard} donde el de ${sameModel} es ${other} (${metric})`,
  oneIn: (comparisons) => `1 de cada ${comparisons}`,
  moreThanPercent: 'más de 1 de cada 100',
  fewerThanMillion: 'menos de 1 de cada 1.000.000',
  twoPorts: '80 y 443',
  eitherPort: '80 o 443',
  characters: (count) => `${count} caracteres`,
  oneCharacter: '1 carácter',
  items: (count) => `${count} elementos`,
  theDatabase: 'La base de datos',
  thePictures: 'Las imágenes',
  theUploads: 'Las subidas',
};
