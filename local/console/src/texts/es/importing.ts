import { number, plural } from '../../format.ts';
import type { Texts } from '../en.ts';

const pictures = (count: number) => plural(count, { one: '# foto', other: '# fotos' });
const persons = (count: number) => plural(count, { one: '# persona', other: '# personas' });

export const importing: Texts['importing'] = {
  title: 'Importar personas',
  lead: 'Añada muchas personas a la vez. Antes de enviar nada se muestra lo que se haría.',
  folderHint:
    'Una carpeta con una carpeta para cada persona: su nombre es el de la persona y sus archivos son las fotos.',
  tableHint:
    'O una tabla (CSV) con las columnas name, reason y files, elegida junto con las fotos que nombra.',
  largestFace: 'De cada foto se toma la cara más grande.',
  chooseFolder: 'Elegir una carpeta',
  chooseTable: 'Elegir una tabla e fotos',
  severalTables: (names) => `Elija una sola tabla cada vez. Estas son varias: ${names}.`,
  reading: 'Leyendo los archivos …',
  found: (people, count) => `Encontrado: ${persons(people)}, ${pictures(count)} por enviar.`,
  addToListed: (count) =>
    plural(count, {
      one: '# está en la lista con el mismo nombre: añadir las fotos a esa entrada',
      other: '# están en la lista con el mismo nombre: añadir las fotos a esas entradas',
    }),
  progressLabel: 'Fotos enviadas',
  progress: (done, count) =>
    plural(count, { one: `${number(done)} de # foto tratada`, other: `${number(done)} de # fotos tratadas` }),
  start: (count) => `Enviar ${pictures(count)}`,
  stop: 'Detener',
  goOn: (count) => plural(count, { one: 'Enviar # foto pendiente', other: 'Enviar # fotos pendientes' }),
  chooseOthers: 'Elegir otros archivos',
  report: 'Informe en CSV',
  result: (people, added) =>
    `En la lista: ${persons(people)}. ${plural(added, { one: '# foto añadida.', other: '# fotos añadidas.' })}`,
  thereAlready: (count) => plural(count, { one: '# foto ya estaba.', other: '# fotos ya estaban.' }),
  notTaken: (count) => plural(count, { one: '# foto no aceptada.', other: '# fotos no aceptadas.' }),
  notSent: (count) => plural(count, { one: '# foto sin enviar.', other: '# fotos sin enviar.' }),
  heldBack: (count) =>
    plural(count, { one: '# foto retenida: mírela abajo.', other: '# fotos retenidas: mírelas abajo.' }),
  lookAlikes: (people) =>
    plural(people, {
      one: '# persona se parece a alguien que ya estaba en la lista.',
      other: '# personas se parecen a alguien que ya estaba en la lista.',
    }),
  unmatched: (people) =>
    plural(people, {
      one: '# persona tiene una ficha suspendida o caducada: nadie coincide con ella.',
      other: '# personas tienen fichas suspendidas o caducadas: nadie coincide con ellas.',
    }),

  people: 'Personas por añadir',
  pictures: 'Fotos',
  remarks: 'Observaciones',
  addedOf: (added, count) =>
    plural(count, {
      one: `${number(added)} de # foto añadida`,
      other: `${number(added)} de # fotos añadidas`,
    }),
  listedAlready: 'Ya está en la lista con este nombre: se omite.',
  outOfForceAlready:
    'Hay una ficha con este nombre, pero está suspendida o caducada, así que nadie coincide con ella: se omite.',
  addedToListed: 'Ya está en la lista con este nombre: las fotos se añaden a esa entrada.',
  listedMeanwhile:
    'Entretanto otra persona ha puesto este nombre en la lista. Para añadir las fotos a esa entrada, elija de nuevo los archivos.',
  nearlyListed: (name) => `Ya hay alguien en la lista con casi el mismo nombre: ${name}.`,
  looksLike: (names) => `Se parece a ${names}, ya en la lista.`,
  unwanted: 'Omitida por usted.',
  reasonStays: 'El motivo de la tabla no se toma: la entrada conserva el suyo.',
  nearlySame: (names) => `En estos archivos hay también casi el mismo nombre: ${names}.`,
  samePicture: (names) => `Es la misma foto que una de ${names}.`,
  unlike: (similarity) => `No se parece a las otras fotos de la persona: parecido ${similarity}.`,
  agreeing: (count, names) => `${pictures(count)} coinciden en quién es. Distintas: ${names}.`,
  noneAgree: (taken, names) =>
    `No hay dos fotos que coincidan en quién es. Tomada: ${taken}. Distintas: ${names}.`,
  joinedFolders: (count) =>
    `${number(count)} carpetas tienen este nombre, salvo espacios o caracteres invisibles. Se toman por una persona.`,
  tied: (count, names, taken) =>
    `Empate: ${pictures(count)} coinciden en quién es, y otras tantas en otra persona: ${names}. Se toma la primera: ${taken}.`,
  agreeingUnusable: 'Es distinta de las fotos que coinciden, de las que ninguna se pudo usar.',
  sendHeld: 'Es esta persona: enviarla de todos modos',
  states: {
    waiting: 'Sin enviar.',
    sending: 'Enviando …',
    added: 'Añadida.',
    there: 'Ya estaba.',
    held: 'Retenida.',
    refused: 'No aceptada.',
    failed: 'Sin enviar.',
  },
  columns: {
    name: 'Nombre',
    file: 'Archivo',
    result: 'Resultado',
    remarks: 'Observaciones',
    looksLike: 'Se parece a',
  },

  leftOut: 'Omitidos',
  row: (row) => `Fila ${row}`,
  leftOutReasons: {
    'not-in-folder': 'no está en la carpeta de una persona.',
    'too-deep': 'está en una carpeta dentro de la carpeta de una persona.',
    'no-name': 'el nombre de la carpeta no es un nombre de 1 a 100 caracteres.',
    'damaged-name': 'un programa ha dañado el nombre de la carpeta. Cámbielo.',
    empty: 'el archivo está vacío.',
    'no-picture': 'no es una foto.',
    'too-large': 'el archivo tiene más de 100 MB.',
    unreadable: 'el archivo no se puede leer.',
    'not-there': 'la foto no se ha elegido.',
    'not-in-table': 'la tabla no la nombra.',
    'nameless-row': 'su fila en la tabla no tiene un nombre de 1 a 100 caracteres.',
    twice: 'la tabla la nombra dos veces para esta persona.',
  },
  passedOver: (count) =>
    plural(count, {
      one: '# archivo que un sistema creó para sí mismo o que está en una papelera',
      other: '# archivos que los sistemas crearon para sí mismos o que están en una papelera',
    }),
};
